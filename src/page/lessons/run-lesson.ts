import type { AboutLink } from '../../protocol.ts'
import type { Net } from '../../client/transports/transport.ts'
import type { Guess, Lesson } from './lesson.ts'
import type { Settings } from './parameters.ts'
import { LessonRun } from './lesson-run.ts'
import type { Point } from './point.ts'
import type { LessonResult } from './result.ts'
import type { Place } from './run-context.ts'
import { judge, MOST_NOISE_MS } from './verdict.ts'

/** A run ends after this time in any case. */
export const MAX_RUN_MS = 60_000

export interface RunOptions {
  settings: Settings
  guess: Guess | null
  net: Net
  links: readonly AboutLink[]
  place: Place
  /** Cancels the run. */
  signal: AbortSignal
  onProgress: (share: number) => void
  /** The points known so far. */
  onPoints: (points: readonly Point[]) => void
}

/**
 * Runs a lesson to a verdict.
 *
 * @throws the reason of `signal` when it aborts; TimeoutError after MAX_RUN_MS; Error when a member cannot join or open
 */
export async function runLesson(lesson: Lesson, options: RunOptions): Promise<LessonResult> {
  const { settings, guess, onPoints, ...environment } = options
  const startedAt = performance.now()
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(MAX_RUN_MS)])
  const run = new LessonRun({ ...environment, settings, signal })
  try {
    await run.startControl()
    let points: readonly Point[] = []
    for await (const known of lesson.run(run, settings)) {
      signal.throwIfAborted()
      points = known
      onPoints(points)
    }
    const { conditions } = run
    const noise = run.noise()
    const delivery = lesson.isLossy ? null : run.delivery()
    const { y } = lesson.chart(settings, conditions)
    const judgement = judge({
      points,
      isLatency: y.unit === 'ms',
      noise,
      delivery,
      survivesNoise: lesson.survivesNoise ?? false,
      mostNoiseMs: lesson.mostNoiseMs?.(settings) ?? MOST_NOISE_MS,
      isCompressed: run.isCompressed && lesson.countsFrames?.(settings) === true,
    })
    const claim = judgement.verdict === 'agrees' ? lesson.judgeClaim({ points, settings, conditions }) : 'open'
    const durationMs = performance.now() - startedAt
    return {
      ...{ lesson: lesson.id, at: Date.now(), durationMs, settings, guess, conditions, points, noise, delivery, claim },
      ...judgement,
    }
  } finally {
    run.end()
  }
}
