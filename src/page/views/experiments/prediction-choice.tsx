import { language } from '../../i18n/i18n.ts'
import type { Guess, Lesson } from '../../lessons/lesson.ts'

interface ChoiceProps {
  lesson: Lesson
  question: string
  options: readonly string[]
  guess: Guess | null
  isLocked: boolean
  onChoose: (option: string) => void
}

/** A prediction that is one of several answers. */
export function PredictionChoice({ lesson, question, options, guess, isLocked, onChoose }: ChoiceProps) {
  const texts = lesson.texts[language.value]
  const chosen = guess?.kind === 'choice' ? guess.option : null
  return (
    <fieldset class="experiment-options" disabled={isLocked}>
      <legend class="sr">{question}</legend>
      {options.map((option) => (
        <label key={option}>
          <input
            type="radio"
            name={`prediction-${lesson.id}`}
            value={option}
            checked={option === chosen}
            onChange={() => onChoose(option)}
          />
          <span>{texts.options?.[option] ?? option}</span>
        </label>
      ))}
    </fieldset>
  )
}
