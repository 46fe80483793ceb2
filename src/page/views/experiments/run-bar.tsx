import { useSignal } from '@preact/signals'
import { saveFile, timedName } from '../../browser/save-file.ts'
import { pngOf } from '../../browser/svg-png.ts'
import { guideAddress } from '../../browser/router.ts'
import { addressOfSettings, type Settings } from '../../lessons/parameters.ts'
import type { Lesson } from '../../lessons/lesson.ts'
import type { LessonResult } from '../../lessons/result.ts'
import { cancelRun, runState } from '../../lessons/running.ts'
import { textOf } from '../../lessons/unit.ts'
import { experimentTexts } from './experiment-texts.ts'

const CELLS = 12
/** Joining, and waiting for the last messages and counts. */
const AROUND_MS = 3000

interface RunBarProps {
  lesson: Lesson
  settings: Settings
  hasGuess: boolean
  /** The links that the lesson needs are reachable. */
  isPossible: boolean
  result: LessonResult | null
  /** Contains the chart. */
  frame: { current: HTMLElement | null }
  onRun: () => void
  onPredict: () => void
}

/** Starts and cancels the run, shows its progress, and exports its result. */
export function RunBar({ lesson, settings, hasGuess, isPossible, result, frame, onRun, onPredict }: RunBarProps) {
  const words = experimentTexts.value
  const state = runState.value
  const isCopied = useSignal(false)
  const all = textOf(Math.round((lesson.durationMs(settings) + AROUND_MS) / 1000), 's')
  const running = state.is === 'running' && state.lesson === lesson.id ? state : null
  const elapsed = running ? textOf(Math.round((running.progress * lesson.durationMs(settings)) / 1000), 's') : ''
  const share = async () => {
    const url = new URL(guideAddress('experiments', [lesson.id], addressOfSettings(settings)), location.href).href
    // Not available on a page that was served over plain HTTP from another machine.
    await (navigator.clipboard as Clipboard | undefined)?.writeText(url)
    isCopied.value = true
  }
  const exportPng = () => {
    const svg = frame.current?.querySelector<SVGSVGElement>('.experiment-chart svg')
    if (svg)
      void pngOf(svg, getComputedStyle(svg).backgroundColor).then((png) => saveFile(timedName(lesson.id, 'png'), png))
  }
  const exportJson = () => {
    const file = JSON.stringify({ about: words.json, ...result }, null, 1)
    saveFile(timedName(lesson.id, 'json'), new Blob([file], { type: 'application/json' }))
  }
  const main = running ? (
    <button type="button" class="experiment-go" data-running="true" onClick={cancelRun}>
      {words.cancel}
    </button>
  ) : (
    <button
      type="button"
      class="experiment-go"
      disabled={!hasGuess || !isPossible}
      aria-describedby="experiment-status"
      onClick={onRun}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d="M4.5 3l8 5-8 5z" fill="currentColor" />
      </svg>
      {result ? words.again : words.run}
    </button>
  )
  const status = running
    ? running.progress === 0
      ? words.starting
      : words.running(elapsed, all)
    : state.is === 'failed' && state.lesson === lesson.id
      ? words.failed(state.why)
      : !isPossible
        ? words.needsLink
        : hasGuess
          ? words.takes(all)
          : words.needsPrediction
  return (
    <footer class="experiment-run">
      {main}
      {running && (
        <div
          class="experiment-progress"
          role="progressbar"
          aria-label={words.progress}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.round(100 * running.progress)}
        >
          {Array.from({ length: CELLS }, (_, index) => (
            <i key={index} data-on={running.progress * CELLS > index} />
          ))}
        </div>
      )}
      <p id="experiment-status" role="status">
        {status}
      </p>
      {!running && (
        <div class="experiment-tools">
          {result && (
            <>
              <button type="button" onClick={onPredict}>
                {words.redo}
              </button>
              <button type="button" aria-label={words.exportAs('PNG')} onClick={exportPng}>
                PNG
              </button>
              <button type="button" aria-label={words.exportAs('JSON')} onClick={exportJson}>
                JSON
              </button>
            </>
          )}
          <button type="button" onClick={() => void share()}>
            {isCopied.value ? words.shared : words.share}
          </button>
        </div>
      )}
    </footer>
  )
}
