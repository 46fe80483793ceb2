import { timeOfDay, whole } from '../../browser/format.ts'
import { language } from '../../i18n/i18n.ts'
import { offBy, type Off } from '../../lessons/guess.ts'
import type { Lesson } from '../../lessons/lesson.ts'
import type { LessonResult } from '../../lessons/result.ts'
import { textOf, type Unit } from '../../lessons/unit.ts'
import { experimentTexts } from './experiment-texts.ts'
import { VerdictMark } from './verdict-mark.tsx'

/** What a run says: the verdict, the claim, the distance of the prediction, and why. */
export function ResultView({ lesson, result }: { lesson: Lesson; result: LessonResult }) {
  const words = experimentTexts.value
  const texts = lesson.texts[language.value]
  const { verdict, reasons, claim, guess, settings, conditions, at } = result
  const prediction = lesson.prediction(settings)
  const { y } = lesson.chart(settings, conditions)
  const off = guess && offBy(lesson, prediction, guess, result, y)
  return (
    <>
      <section class="panel experiment-verdict" aria-live="polite">
        <p class="experiment-stamp">
          <VerdictMark verdict={claim} />
          <b>{words.claims[claim]}</b>
          <time dateTime={new Date(at).toISOString()}>{words.ranAt(timeOfDay(at, language.value))}</time>
        </p>
        <p class="experiment-finding">{texts.finding(result)}</p>
        <p class="experiment-model">
          <VerdictMark verdict={verdict} />
          <b>{words.verdicts[verdict]}</b>
        </p>
        {reasons.length > 0 ? (
          <ul>
            {reasons.map((reason) => (
              <li key={reason}>{words.reasons[reason]}</li>
            ))}
          </ul>
        ) : (
          <p>{words.verdictNotes[verdict]}</p>
        )}
      </section>
      {off && (
        <section class="panel experiment-off">
          <h2>{words.prediction}</h2>
          {guess.kind === 'choice' && <p>{words.said(texts.options?.[guess.option] ?? guess.option)}</p>}
          <p>{offText(off, y.unit, lesson)}</p>
        </section>
      )}
      <section class="panel experiment-why">
        <h2>{words.why}</h2>
        {texts.why.map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
        {texts.formula !== undefined && <p class="experiment-formula">{texts.formula}</p>}
        <h2>{words.changes}</h2>
        <p>{texts.changes}</p>
      </section>
      <Noise result={result} />
    </>
  )
}

function offText(off: Off, unit: Unit, lesson: Lesson): string {
  const words = experimentTexts.value
  switch (off.is) {
    case 'right':
      return words.right
    case 'wrong':
      return words.wrong(lesson.texts[language.value].options?.[off.answer] ?? off.answer)
    case 'distance':
      return words.off(textOf(off.distance, unit))
    case 'factor':
      return words.factor(textOf(off.factor, 'count'))
  }
}

function Noise({ result: { noise, delivery } }: { result: LessonResult }) {
  const words = experimentTexts.value
  const ms = (value: number) => textOf(value, 'ms')
  return (
    <details class="panel experiment-noise">
      <summary>{words.noise}</summary>
      <p>
        {words.noiseFigures({
          stall: ms(noise.stallMs),
          push: ms(noise.pushMs),
          twin: ms(noise.twinMs),
          clock: ms(noise.clockMs),
          late: ms(noise.publisherLateMs),
        })}
      </p>
      {delivery && delivery.sent > 0 && (
        <p>
          {words.delivered({ sent: whole(delivery.sent), lost: whole(delivery.lost), twice: whole(delivery.twice) })}
        </p>
      )}
    </details>
  )
}
