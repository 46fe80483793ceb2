import { percent, spelled, whole } from '../../browser/format.ts'
import type { BoardRow, ClassBoard } from '../../classroom/class-board.ts'
import { language } from '../../i18n/i18n.ts'
import type { Settings } from '../../lessons/parameters.ts'
import { runState } from '../../lessons/running.ts'
import { textWith, type Guess, type Lesson } from '../../lessons/lesson.ts'
import type { Point } from '../../lessons/point.ts'
import type { Conditions } from '../../lessons/run-context.ts'
import { textOf } from '../../lessons/unit.ts'
import { boardTexts } from './board-texts.ts'
import { experimentTexts } from './experiment-texts.ts'
import { LessonChart, placeText } from './lesson-chart.tsx'
import { VerdictMark } from './verdict-mark.tsx'

interface PredictionsProps {
  lesson: Lesson
  settings: Settings
  conditions: Conditions
  predictions: ClassBoard
  /** What was to be predicted; null where it stands above. */
  question: string | null
  /** The prediction of this member. */
  own: BoardRow | null
  /** The predictions of others are shown. */
  isShown: boolean
  onShow: () => void
}

/** All predictions of the room beside the result. */
export function BoardPredictions(props: PredictionsProps) {
  const { lesson, predictions, question, isShown, onShow } = props
  const state = runState.value
  const words = boardTexts.value
  const { rows, result } = predictions
  const prediction = lesson.prediction(props.settings)
  return (
    <section class="panel board-all" aria-label={words.everybody}>
      <header>
        <h2>{words.everybody}</h2>
        <p class="board-count">{words.count(rows.length)}</p>
      </header>
      {question !== null && <p class="board-question">{question}</p>}
      <p class="board-result" role="status">
        {state.is === 'running' && state.lesson === lesson.id ? (
          words.running(spelled(percent(state.progress)))
        ) : result ? (
          <>
            <VerdictMark verdict={result.verdict} /> {experimentTexts.value.verdicts[result.verdict]} ·{' '}
            {words.by(result.name)}. {words.notes[result.verdict]}
          </>
        ) : (
          words.noResult
        )}
      </p>
      {!isShown ? (
        <p class="board-hidden">
          {words.hidden}{' '}
          <button type="button" onClick={onShow}>
            {words.show}
          </button>
        </p>
      ) : prediction.kind === 'choice' ? (
        <Choices lesson={lesson} options={prediction.options} predictions={predictions} />
      ) : (
        <Sketches {...props} xs={prediction.xs} series={prediction.series} />
      )}
      {isShown && rows.length === 0 && <p class="board-hidden">{words.none}</p>}
    </section>
  )
}

/** How many chose each option, and who. */
function Choices({
  lesson,
  options,
  predictions,
}: {
  lesson: Lesson
  options: readonly string[]
  predictions: ClassBoard
}) {
  const words = boardTexts.value
  const texts = lesson.texts[language.value]
  const { rows, result } = predictions
  const answer = result?.guess.kind === 'choice' ? result.guess.option : null
  return (
    <ul class="board-options">
      {options.map((option) => {
        const chosen = rows.filter(({ guess }) => guess.kind === 'choice' && guess.option === option)
        return (
          <li key={option} data-right={option === answer}>
            <p>
              <span>{texts.options?.[option] ?? option}</span>
              {option === answer && <b>{words.result}</b>}
              <data value={String(chosen.length)}>{whole(chosen.length)}</data>
            </p>
            <i style={`--share:${chosen.length / Math.max(1, rows.length)}`} />
            <small>
              {chosen.map(({ name, memberId }) => (
                <bdi key={memberId}>{name}</bdi>
              ))}
            </small>
          </li>
        )
      })}
    </ul>
  )
}

const asPoints = (series: string, xs: readonly number[], guess: Guess): Point[] =>
  guess.kind === 'choice'
    ? []
    : guess.values.flatMap((value, index): Point[] => {
        const x = xs[index]
        if (x === undefined) return []
        return [{ series, x, value, low: value, high: value, replicates: 0, model: null, tolerance: 0 }]
      })

function Sketches(props: PredictionsProps & { xs: readonly number[]; series: string }) {
  const { lesson, settings, conditions, predictions, own, xs, series } = props
  const words = boardTexts.value
  const texts = lesson.texts[language.value]
  const { rows, result } = predictions
  const chart = lesson.chart(settings, conditions)
  const { unit } = chart.y
  const others = rows.filter((row) => row !== own).map(({ guess }) => guess)
  const values = (guess: Guess) => (guess.kind === 'sketch' ? guess.values : [])
  const off = (distance: number) =>
    distance === 0
      ? words.exact
      : chart.y.scale === 'log'
        ? words.factor(textOf(10 ** distance, 'count'))
        : textOf(distance * (chart.y.to - chart.y.from), unit)
  return (
    <>
      <LessonChart
        lesson={lesson}
        settings={settings}
        conditions={conditions}
        points={result ? asPoints(series, xs, result.guess) : []}
        guesses={own ? [own.guess, ...others] : others}
        hasModel={result !== null}
        label={`${words.everybody}: ${textWith(texts.y, settings)}, ${texts.x}`}
      />
      <div class="board-scroll" tabIndex={0} role="region" aria-label={words.everybody}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.member}</th>
              {xs.map((x) => (
                <th key={x} scope="col">
                  {placeText(lesson, chart, x)}
                </th>
              ))}
              {result && <th scope="col">{words.distance}</th>}
            </tr>
          </thead>
          <tbody>
            {result && (
              <tr class="board-measured">
                <th scope="row">{words.result}</th>
                {values(result.guess).map((value, index) => (
                  <td key={xs[index]}>{textOf(value, unit)}</td>
                ))}
                <td />
              </tr>
            )}
            {rows.map((row) => (
              <tr key={row.memberId} data-own={row === own}>
                <th scope="row">
                  <bdi>{row.name}</bdi>
                </th>
                {values(row.guess).map((value, index) => (
                  <td key={xs[index]}>{textOf(value, unit)}</td>
                ))}
                {result && <td>{row.distance !== null && off(row.distance)}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
