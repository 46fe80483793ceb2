import { signal } from '@preact/signals'
import { links } from '../network/links.ts'
import { net } from '../network/net.ts'
import type { Guess, Lesson } from './lesson.ts'
import type { Settings } from './parameters.ts'
import { place } from './place.ts'
import type { Point } from './point.ts'
import { saveResult } from './results.ts'
import { runLesson } from './run-lesson.ts'

export type RunState =
  | { is: 'idle' }
  | { is: 'running'; lesson: string; progress: number; points: readonly Point[] }
  /** It did not end with a result. `why`: the text of the error. */
  | { is: 'failed'; lesson: string; why: string }

/** The run of this tab: one at a time, since two would disturb each other. */
export const runState = signal<RunState>({ is: 'idle' })

let cancelling = new AbortController()

/** Runs a lesson, and keeps its result. A run that is under way is cancelled. */
export async function startRun(lesson: Lesson, settings: Settings, guess: Guess | null): Promise<void> {
  cancelRun()
  const { signal: cancelled } = (cancelling = new AbortController())
  let state: RunState & { is: 'running' } = { is: 'running', lesson: lesson.id, progress: 0, points: [] }
  const show = (change: Partial<typeof state>) => {
    if (cancelled.aborted) return
    state = { ...state, ...change }
    runState.value = state
  }
  show({})
  try {
    const result = await runLesson(lesson, {
      ...{ settings, guess, net, links: links.peek(), place: place.peek(), signal: cancelled },
      onProgress: (progress) => show({ progress }),
      onPoints: (points) => show({ points }),
    })
    if (cancelled.aborted) return
    saveResult(result)
    runState.value = { is: 'idle' }
  } catch (error) {
    if (cancelled.aborted) return
    runState.value = { is: 'failed', lesson: lesson.id, why: error instanceof Error ? error.message : String(error) }
  }
}

export function cancelRun(): void {
  cancelling.abort(new DOMException('the run is cancelled', 'AbortError'))
  runState.value = { is: 'idle' }
}

addEventListener('pagehide', cancelRun)
