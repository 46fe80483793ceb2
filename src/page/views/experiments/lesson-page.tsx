import { useComputed, useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { whole } from '../../browser/format.ts'
import { addressSettings, guideAddress, hasSettings, replaceSettings } from '../../browser/router.ts'
import { language } from '../../i18n/i18n.ts'
import { valueAt } from '../../lessons/axes.ts'
import { isCategories, textWith, type Guess, type Lesson } from '../../lessons/lesson.ts'
import { addressOfSettings, settingsFrom, type Settings } from '../../lessons/parameters.ts'
import { LESSONS } from '../../lessons/list.ts'
import { conditionsBefore, place } from '../../lessons/place.ts'
import type { LessonResult } from '../../lessons/result.ts'
import { lessonResults } from '../../lessons/results.ts'
import { runState, startRun } from '../../lessons/running.ts'
import { links } from '../../network/links.ts'
import { ClaimsLinks } from './claims-links.tsx'
import { experimentTexts } from './experiment-texts.ts'
import { FiguresTable } from './figures-table.tsx'
import { LessonChart } from './lesson-chart.tsx'
import { LessonParameters } from './lesson-parameters.tsx'
import { PredictionChoice } from './prediction-choice.tsx'
import { ResultView } from './result-view.tsx'
import { RunBar } from './run-bar.tsx'

/** Where the knots of a sketch begin: in the middle of the axis, which is a prediction of nothing. */
const UNTOUCHED = 0.5

const newSeed = (): number => 1 + Math.floor(Math.random() * 9999)

/** One experiment: predict, run, compare. */
export function LessonPage({ lesson }: { lesson: Lesson }) {
  const words = experimentTexts.value
  const texts = lesson.texts[language.value]
  const number = LESSONS.indexOf(lesson) + 1
  const frame = useRef<HTMLDivElement>(null)
  const settings = useSignal<Settings>(firstSettings(lesson))
  const guess = useSignal<Guess | null>(null)
  const isPredicting = useSignal(false)
  const result = useComputed(() => {
    const newest = lessonResults.value[lesson.id]
    return newest && !isPredicting.value && isSame(newest.settings, settings.value) ? newest : null
  }).value
  const state = runState.value
  const running = state.is === 'running' && state.lesson === lesson.id ? state : null
  const chosen = settings.value
  const conditions = result?.conditions ?? conditionsBefore(chosen, links.value)
  const prediction = lesson.prediction(chosen)
  const chart = lesson.chart(chosen, conditions)
  const shownGuess = result && !running ? result.guess : guess.value
  const points = running ? running.points : (result?.points ?? [])
  const isSketching = prediction.kind === 'sketch' && !running && !result
  const sketch: Guess | null =
    shownGuess ??
    (isSketching
      ? { kind: 'sketch', values: prediction.xs.map(() => Number(valueAt(UNTOUCHED, chart.y).toPrecision(2))) }
      : null)
  const limitations = lesson.limitations(chosen, place.value)
  const title = textWith(texts.y, chosen)

  const isPossible = (lesson.needs ?? []).every((profile) => place.value.profiles.includes(profile))

  const change = (changed: Settings) => {
    settings.value = changed
    guess.value = null
    isPredicting.value = false
    replaceSettings(addressOfSettings(changed))
  }
  const run = () => {
    isPredicting.value = false
    replaceSettings(addressOfSettings(chosen))
    void startRun(lesson, chosen, shownGuess)
  }
  const predictAgain = () => {
    guess.value = null
    isPredicting.value = true
  }
  const step = running ? 'run' : result ? 'compare' : 'predict'
  return (
    <article class="experiment" aria-labelledby="experiment-question">
      <header class="experiment-ask">
        <p class="experiment-eyebrow">
          <a href={guideAddress('experiments')}>{words.all}</a>
          <span>{words.experiment(whole(number))}</span>
        </p>
        <h1 id="experiment-question">{texts.question}</h1>
        <blockquote>
          <p>
            <b>{words.claimOf}</b> {texts.claim}
          </p>
          <footer>{words.source}</footer>
        </blockquote>
      </header>
      <ol class="experiment-steps" aria-label={words.stepsLabel}>
        {(['predict', 'run', 'compare'] as const).map((name, index) => (
          <li key={name} aria-current={name === step ? 'step' : undefined} data-done={stepsBefore(step) > index}>
            <span>{index + 1}</span> {words.steps[name]}
          </li>
        ))}
      </ol>
      <div class="experiment-columns">
        <div class="experiment-main">
          <section class="panel experiment-plot" ref={frame} aria-label={title}>
            <header>
              <h2>
                {step === 'predict'
                  ? textWith(texts.predict, chosen)
                  : isCategories(chart.x)
                    ? words.byName(title, texts.x)
                    : words.against(title, texts.x)}
              </h2>
              <p>{texts.what(chosen)}</p>
            </header>
            {prediction.kind === 'choice' && step === 'predict' && (
              <PredictionChoice
                lesson={lesson}
                question={textWith(texts.predict, chosen)}
                options={prediction.options}
                guess={shownGuess}
                isLocked={false}
                onChoose={(option) => (guess.value = { kind: 'choice', option })}
              />
            )}
            {isSketching && <p class="experiment-hint">{words.sketch}</p>}
            {(prediction.kind === 'sketch' || step !== 'predict') && (
              <LessonChart
                lesson={lesson}
                settings={chosen}
                conditions={conditions}
                points={points}
                guesses={sketch ? [sketch] : []}
                hasModel={result !== null && !running}
                onSketch={isSketching ? (values) => (guess.value = { kind: 'sketch', values }) : undefined}
                label={result && !running ? texts.finding({ ...result }) : `${title}, ${texts.x}`}
              />
            )}
            {result && !running && <p class="experiment-legend">{words.modelNote}</p>}
            <RunBar
              lesson={lesson}
              settings={chosen}
              hasGuess={shownGuess !== null}
              isPossible={isPossible}
              result={running ? null : result}
              frame={frame}
              onRun={run}
              onPredict={predictAgain}
            />
          </section>
          {result && !running && <FiguresTable lesson={lesson} result={result} />}
        </div>
        <aside class="experiment-side">
          {limitations.length > 0 && (
            <section class="panel experiment-limits">
              <h2>{words.limits}</h2>
              {limitations.map((key) => (
                <p key={key}>{texts.limitations?.[key]}</p>
              ))}
            </section>
          )}
          {result && !running && <ResultView lesson={lesson} result={result} />}
          <LessonParameters
            lesson={lesson}
            settings={chosen}
            isLocked={running !== null}
            onChange={change}
            newSeed={newSeed}
          />
          <ClaimsLinks lesson={lesson} settings={chosen} />
          <NextLesson number={number} />
        </aside>
      </div>
    </article>
  )
}

const STEPS = ['predict', 'run', 'compare']
const stepsBefore = (step: string): number => (step === 'compare' ? 3 : STEPS.indexOf(step))

/** The settings of the address; without them those of the newest result, so that it is shown again. */
function firstSettings(lesson: Lesson): Settings {
  const given = addressSettings.peek()
  const known: LessonResult | undefined = lessonResults.peek()[lesson.id]
  if (Object.keys(given).length > 0 || hasSettings() || !known) return settingsFrom(lesson.parameters, given, newSeed())
  return settingsFrom(lesson.parameters, addressOfSettings(known.settings), newSeed())
}

const isSame = (a: Settings, b: Settings): boolean => Object.keys({ ...a, ...b }).every((name) => a[name] === b[name])

function NextLesson({ number }: { number: number }) {
  const words = experimentTexts.value
  const next = LESSONS[number]
  if (!next) return null
  return (
    <a class="panel experiment-next" href={guideAddress('experiments', [next.id])}>
      <small>
        {words.next} · {words.experiment(whole(number + 1))}
      </small>
      <b>{next.texts[language.value].question}</b>
    </a>
  )
}
