import { language } from '../../i18n/i18n.ts'
import { pointAt } from '../../lessons/guess.ts'
import { textWith, type Lesson } from '../../lessons/lesson.ts'
import type { LessonResult } from '../../lessons/result.ts'
import { textOf } from '../../lessons/unit.ts'
import { verdictOfPoint } from '../../lessons/verdict.ts'
import { experimentTexts } from './experiment-texts.ts'
import { hueOfPoint, nameOf, placeText } from './lesson-chart.tsx'

/** The points of a chart in figures. */
export function FiguresTable({ lesson, result }: { lesson: Lesson; result: LessonResult }) {
  const words = experimentTexts.value
  const texts = lesson.texts[language.value]
  const { settings, conditions, points, guess } = result
  const chart = lesson.chart(settings, conditions)
  const prediction = lesson.prediction(settings)
  const { unit } = chart.y
  const guessed = new Map(
    prediction.kind === 'sketch' && guess?.kind === 'sketch'
      ? prediction.xs.map((x, index) => [pointAt(points, prediction.series, x), guess.values[index]])
      : [],
  )
  const title = textWith(texts.y, settings)
  // The names of series that are the categories themselves would be written twice, and one name in each row.
  const names = new Set(points.map(({ series }) => series))
  const hasNames =
    names.size > 1 && points.some((point) => nameOf(lesson, point.series) !== placeText(lesson, chart, point.x))
  const hasGuesses = guessed.size > 0
  const head = [
    texts.x,
    ...(hasNames ? [''] : []),
    ...(hasGuesses ? [words.yours] : []),
    ...[words.model, words.measured, words.interval, words.verdict],
  ]
  return (
    <section class="panel experiment-figures" aria-labelledby="experiment-figures">
      <h2 id="experiment-figures">{words.table}</h2>
      <div class="experiment-scroll" tabIndex={0} role="group" aria-label={title}>
        <table>
          <caption class="sr">{title}</caption>
          <thead>
            <tr>
              {head.map((text, index) =>
                text === '' ? (
                  <td key={index} class="name" />
                ) : (
                  <th key={index} scope="col">
                    {text}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {points.map((point) => {
              const { series, x, value, low, high, model } = point
              const own = guessed.get(point)
              const verdict = verdictOfPoint(point)
              return (
                <tr key={`${series} ${x}`} data-transport={hueOfPoint(lesson, chart, point)}>
                  <th scope="row">{placeText(lesson, chart, x)}</th>
                  {hasNames && <td class="name">{nameOf(lesson, series)}</td>}
                  {hasGuesses && <td>{own !== undefined && textOf(own, unit)}</td>}
                  <td>{model !== null && textOf(model, unit)}</td>
                  <td>
                    <b>{textOf(value, unit)}</b>
                  </td>
                  <td>
                    {textOf(low, unit)} – {textOf(high, unit)}
                  </td>
                  <td>{verdict !== null && words.verdicts[verdict]}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}
