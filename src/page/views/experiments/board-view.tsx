import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { TransportName } from '../../../transports.ts'
import { addressOf, addressSettings, guideAddress, isRoomName, type AddressSettings } from '../../browser/router.ts'
import { predictionText, resultText } from '../../classroom/board-text.ts'
import { BoardRoom } from '../../classroom/board-room.ts'
import { classBoard } from '../../classroom/class-board.ts'
import { language } from '../../i18n/i18n.ts'
import { valueAt } from '../../lessons/axes.ts'
import { addressOfSettings, defaultSettings, settingsFrom, type Settings } from '../../lessons/parameters.ts'
import { textWith, type Guess, type Lesson } from '../../lessons/lesson.ts'
import { conditionsBefore, place } from '../../lessons/place.ts'
import { lessonResults } from '../../lessons/results.ts'
import { cancelRun, runState, startRun } from '../../lessons/running.ts'
import { textOf } from '../../lessons/unit.ts'
import { links, servedTransports } from '../../network/links.ts'
import { InlineEdit } from '../shared/inline-edit.tsx'
import { problemText } from '../shared/problem-text.ts'
import { labelOf } from '../shared/transport-label.tsx'
import { BoardJoin } from './board-join.tsx'
import { BoardPredictions } from './board-predictions.tsx'
import { boardTexts } from './board-texts.ts'
import { experimentTexts } from './experiment-texts.ts'
import { LessonChart } from './lesson-chart.tsx'
import { PredictionChoice } from './prediction-choice.tsx'

const DEFAULT_ROOM = 'class'
/** The seed of a board's link without one, so that all members have the same settings. */
const SEED = 1
const UNTOUCHED = 0.5

/** The predictions of a class for one experiment, live, beside what was measured. */
export function BoardView({ lesson }: { lesson: Lesson }) {
  const given = addressSettings.value
  const room = given['room'] !== undefined && isRoomName(given['room']) ? given['room'] : DEFAULT_ROOM
  const settings = settingsFrom(lesson.parameters, given, SEED)
  const board = useMemo(() => new BoardRoom(room), [room])
  useEffect(() => () => board.leave(), [board])
  return <Board key={room} lesson={lesson} settings={settings} board={board} />
}

/** Without the settings that have their defaults: a short address makes a QR code with large squares. */
function changedSettings(lesson: Lesson, settings: Settings): AddressSettings {
  const defaults = addressOfSettings(defaultSettings(lesson.parameters, SEED))
  const all = Object.entries(addressOfSettings(settings))
  return Object.fromEntries(all.filter(([name, value]) => value !== defaults[name]))
}

function Board({ lesson, settings, board }: { lesson: Lesson; settings: Settings; board: BoardRoom }) {
  const words = boardTexts.value
  const texts = lesson.texts[language.value]
  const { controller } = board
  const guess = useSignal<Guess | null>(null)
  const isRevealed = useSignal(false)
  const conditions = conditionsBefore(settings, links.value)
  const chart = lesson.chart(settings, conditions)
  const predictions = useComputed(() => classBoard(lesson, settings, board.messages.value, chart.y)).value
  const ownIds = controller.identity.ownIds.value
  const own = predictions.rows.find(({ memberId }) => ownIds.has(memberId))
  const isShown = isRevealed.value || own !== undefined || predictions.result !== null
  const address = new URL(
    guideAddress('experiments', [lesson.id, 'board'], { ...changedSettings(lesson, settings), room: controller.room }),
    location.href,
  ).href
  const mine = (
    <OwnPrediction
      key="mine"
      lesson={lesson}
      settings={settings}
      guess={guess.value ?? own?.guess ?? null}
      isSent={own !== undefined && guess.value === null}
      isOver={predictions.result !== null}
      onChange={(changed) => (guess.value = changed)}
      onSend={(sent) => {
        board.send(predictionText(lesson, settings, sent))
        guess.value = null
      }}
    />
  )
  /** Above the own prediction once it is shown without one: as on a projector. */
  const all = (
    <BoardPredictions
      key="all"
      lesson={lesson}
      settings={settings}
      conditions={conditions}
      predictions={predictions}
      question={isRevealed.value || predictions.result !== null ? textWith(texts.predict, settings) : null}
      own={own ?? null}
      isShown={isShown}
      onShow={() => (isRevealed.value = true)}
    />
  )
  return (
    <article class="board" aria-labelledby="board-title">
      <header>
        <p class="board-eyebrow">
          <a href={guideAddress('experiments', [lesson.id], addressOfSettings(settings))}>{words.back}</a>
          <span>
            {words.title} · {words.room} <b>#{controller.room}</b>
          </span>
          <a href={addressOf(controller.room)} target="_blank" rel="noreferrer">
            {words.chat}
          </a>
        </p>
        <h1 id="board-title">{texts.question}</h1>
        <p>{texts.what(settings)}</p>
      </header>
      <div class="board-columns">
        <div class="board-main">
          {isRevealed.value ? [all, mine] : [mine, all]}
          {predictions.result !== null && <Why lesson={lesson} />}
        </div>
        <aside class="board-side">
          <Run lesson={lesson} settings={settings} guess={own?.guess ?? null} board={board} />
          <BoardJoin address={address} />
          <Member board={board} />
        </aside>
      </div>
    </article>
  )
}

interface OwnPredictionProps {
  lesson: Lesson
  settings: Settings
  guess: Guess | null
  /** The room has this prediction. */
  isSent: boolean
  /** There is a result: a prediction comes too late. */
  isOver: boolean
  onChange: (guess: Guess) => void
  onSend: (guess: Guess) => void
}

function OwnPrediction({ lesson, settings, guess, isSent, isOver, onChange, onSend }: OwnPredictionProps) {
  const words = boardTexts.value
  const texts = lesson.texts[language.value]
  const conditions = conditionsBefore(settings, links.value)
  const prediction = lesson.prediction(settings)
  const { y } = lesson.chart(settings, conditions)
  const sketched =
    prediction.kind === 'sketch'
      ? (guess ?? {
          kind: 'sketch' as const,
          values: prediction.xs.map(() => Number(valueAt(UNTOUCHED, y).toPrecision(2))),
        })
      : guess
  if (isOver) return null
  return (
    <section class="panel board-own" aria-label={words.yours}>
      <header>
        <h2>{textWith(texts.predict, settings)}</h2>
      </header>
      {prediction.kind === 'choice' ? (
        <PredictionChoice
          lesson={lesson}
          question={textWith(texts.predict, settings)}
          options={prediction.options}
          guess={guess}
          isLocked={false}
          onChoose={(option) => onChange({ kind: 'choice', option })}
        />
      ) : (
        <>
          <p class="board-hint">{words.sketch}</p>
          <LessonChart
            lesson={lesson}
            settings={settings}
            conditions={conditions}
            points={[]}
            guesses={sketched ? [sketched] : []}
            hasModel={false}
            onSketch={(values) => onChange({ kind: 'sketch', values })}
            label={`${textWith(texts.y, settings)}, ${texts.x}`}
          />
        </>
      )}
      <footer>
        <button
          type="button"
          class="board-go"
          disabled={sketched === null || isSent}
          onClick={() => {
            if (sketched) onSend(sketched)
          }}
        >
          {isSent ? words.change : words.send}
        </button>
        <p role="status">{isSent && words.sent}</p>
      </footer>
    </section>
  )
}

/** What there is to talk about once the result is there. */
function Why({ lesson }: { lesson: Lesson }) {
  const words = experimentTexts.value
  const { why, formula, changes } = lesson.texts[language.value]
  return (
    <section class="panel board-why" aria-label={words.why}>
      <h2>{words.why}</h2>
      {why.map((paragraph) => (
        <p key={paragraph}>{paragraph}</p>
      ))}
      {formula !== undefined && <p class="board-formula">{formula}</p>}
      <h2>{words.changes}</h2>
      <p>{changes}</p>
    </section>
  )
}

function Member({ board: { controller } }: { board: BoardRoom }) {
  const words = boardTexts.value
  const member = controller.identity.member.value
  const { name: state } = controller.connection.status.value
  const rename = async (name: string) => {
    const problem = await controller.rename(name)
    return problem && problemText(problem)
  }
  return (
    <section class="panel board-member">
      <p>
        <span>{words.name}</span>
        {member && (
          <InlineEdit
            className="board-name"
            value={member.name}
            title={words.rename}
            label={words.rename}
            maxLength={24}
            submit={rename}
          >
            <bdi>{member.name}</bdi>
          </InlineEdit>
        )}
      </p>
      <label>
        <span>{words.transport}</span>
        <select
          value={controller.transport.value}
          onChange={({ currentTarget }) => controller.use(currentTarget.value as TransportName)}
        >
          {servedTransports.value.map((name) => (
            <option key={name} value={name}>
              {labelOf(name)}
            </option>
          ))}
        </select>
      </label>
      <p class="board-state" data-state={state} role="status">
        {words.connection[state]}
      </p>
    </section>
  )
}

interface RunProps {
  lesson: Lesson
  settings: Settings
  guess: Guess | null
  board: BoardRoom
}

/** Runs the experiment in this browser, and tells the room the result. */
function Run({ lesson, settings, guess, board }: RunProps) {
  const words = boardTexts.value
  const hasNoFigures = useSignal(false)
  const state = runState.value
  const isRunning = state.is === 'running' && state.lesson === lesson.id
  const canRun = (lesson.needs ?? []).every((profile) => place.value.profiles.includes(profile))
  const run = async () => {
    hasNoFigures.value = false
    const before = lessonResults.peek()[lesson.id]
    await startRun(lesson, settings, guess)
    const result = lessonResults.peek()[lesson.id]
    // A run that was cancelled or failed leaves the result as it was.
    if (!result || result === before) return
    const text = resultText(lesson, result)
    if (text === null) hasNoFigures.value = true
    else board.send(text)
  }
  return (
    <section class="panel board-run">
      {isRunning ? (
        <button type="button" class="board-go" data-running="true" onClick={cancelRun}>
          {words.cancel}
        </button>
      ) : (
        <button type="button" class="board-go" disabled={!canRun} onClick={() => void run()}>
          {words.run}
        </button>
      )}
      <p role="status">
        {isRunning
          ? words.running(textOf(state.progress, 'share'))
          : state.is === 'failed' && state.lesson === lesson.id
            ? words.failed(state.why)
            : !canRun
              ? words.cannotRun
              : hasNoFigures.value && words.noFigures}
      </p>
    </section>
  )
}
