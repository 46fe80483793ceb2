import { whole } from '../../browser/format.ts'
import { addressSettings, guideAddress } from '../../browser/router.ts'
import { handoutConditions, handoutSettings, modelGuess } from '../../classroom/model-answers.ts'
import { language } from '../../i18n/i18n.ts'
import type { Conditions } from '../../lessons/run-context.ts'
import { textWith, type Guess, type Lesson } from '../../lessons/lesson.ts'
import { LESSONS } from '../../lessons/list.ts'
import type { Settings } from '../../lessons/parameters.ts'
import { textOf } from '../../lessons/unit.ts'
import { handoutTexts } from './handout-texts.ts'
import { LessonChart, placeText } from './lesson-chart.tsx'

/**
 * The experiments on paper: with blank predictions, or with the answers of the models (`answers` in the address). `lessons` in the address
 * names some of them: `lessons=poll-latency,cuts`.
 */
export function HandoutView() {
  const words = handoutTexts.value
  const { answers, lessons } = addressSettings.value
  const hasAnswers = answers !== undefined
  const wanted = lessons?.split(',')
  const shown = LESSONS.filter(({ id }) => wanted === undefined || wanted.includes(id))
  const kept = lessons === undefined ? {} : { lessons }
  return (
    <article class="handout" data-answers={hasAnswers} aria-labelledby="handout-title">
      <nav class="handout-tools" aria-label={words.choose}>
        <a href={guideAddress('experiments', ['handout'], kept)} aria-current={hasAnswers ? undefined : 'page'}>
          {words.blank}
        </a>
        <a
          href={guideAddress('experiments', ['handout'], { answers: '', ...kept })}
          aria-current={hasAnswers ? 'page' : undefined}
        >
          {words.answers}
        </a>
        <button type="button" onClick={() => print()}>
          {words.print}
        </button>
      </nav>
      <header>
        <h1 id="handout-title">{hasAnswers ? words.titleWithAnswers : words.title}</h1>
        <p>{hasAnswers ? words.introWithAnswers : words.intro}</p>
        {!hasAnswers && (
          <p class="handout-person">
            <span>{words.name}</span>
            <span>{words.date}</span>
          </p>
        )}
      </header>
      {shown.map((lesson) => (
        <HandoutLesson key={lesson.id} lesson={lesson} hasAnswers={hasAnswers} />
      ))}
    </article>
  )
}

function HandoutLesson({ lesson, hasAnswers }: { lesson: Lesson; hasAnswers: boolean }) {
  const words = handoutTexts.value
  const texts = lesson.texts[language.value]
  const settings = handoutSettings(lesson)
  const conditions = handoutConditions(settings)
  const title = `handout-${lesson.id}`
  const guess = hasAnswers ? modelGuess(lesson, settings, conditions) : null
  return (
    <section class="handout-lesson" aria-labelledby={title}>
      <h2 id={title}>
        <small>{words.experiment(whole(LESSONS.indexOf(lesson) + 1))}</small>
        {texts.question}
      </h2>
      <p class="handout-claim">
        <b>{words.claim}</b> {texts.claim}
      </p>
      <p>{texts.what(settings)}</p>
      <h3>{words.asked(hasAnswers ? words.answer : words.prediction, textWith(texts.predict, settings))}</h3>
      <Prediction lesson={lesson} settings={settings} conditions={conditions} guess={guess} hasAnswers={hasAnswers} />
      {hasAnswers ? (
        <div class="handout-why">
          {texts.formula !== undefined && <p class="handout-formula">{texts.formula}</p>}
          {texts.why.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </div>
      ) : (
        <dl class="handout-blanks">
          <div>
            <dt>{words.result}</dt>
            <dd class="handout-line" />
          </div>
          <div>
            <dt>{words.claimAfter}</dt>
            <dd class="handout-boxes">
              <span>{words.holds}</span>
              <span>{words.holdsInPart}</span>
              <span>{words.fails}</span>
            </dd>
          </div>
        </dl>
      )}
    </section>
  )
}

interface PredictionProps {
  lesson: Lesson
  settings: Settings
  conditions: Conditions
  /** What the models predict; null on a blank handout, and where they predict nothing. */
  guess: Guess | null
  hasAnswers: boolean
}

function Prediction({ lesson, settings, conditions, guess, hasAnswers }: PredictionProps) {
  const words = handoutTexts.value
  const texts = lesson.texts[language.value]
  const prediction = lesson.prediction(settings)
  if (prediction.kind === 'choice') {
    return (
      <>
        <ul class="handout-options" aria-label={words.options}>
          {prediction.options.map((option) => (
            <li key={option} data-right={guess?.kind === 'choice' && guess.option === option}>
              {texts.options?.[option] ?? option}
            </li>
          ))}
        </ul>
        {hasAnswers && guess === null && <p>{words.noAnswer}</p>}
      </>
    )
  }
  const chart = lesson.chart(settings, conditions)
  const { unit } = chart.y
  const values = guess?.kind === 'sketch' ? guess.values : null
  return (
    <div class="handout-sketch">
      <LessonChart
        lesson={lesson}
        settings={settings}
        conditions={conditions}
        points={[]}
        guesses={[]}
        hasModel={hasAnswers}
        label={words.chart(texts.question)}
      />
      <table>
        <thead>
          <tr>
            <th scope="col">{texts.x}</th>
            <th scope="col">{hasAnswers ? words.model : words.mine}</th>
            {!hasAnswers && <th scope="col">{words.measured}</th>}
          </tr>
        </thead>
        <tbody>
          {prediction.xs.map((x, index) => (
            <tr key={x}>
              <th scope="row">{placeText(lesson, chart, x)}</th>
              <td>{values?.[index] === undefined ? '' : textOf(values[index], unit)}</td>
              {!hasAnswers && <td />}
            </tr>
          ))}
        </tbody>
      </table>
      {hasAnswers && values === null && <p>{words.noAnswer}</p>}
    </div>
  )
}
