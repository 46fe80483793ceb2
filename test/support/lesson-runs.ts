/** Runs of the lessons for a table: which ones, and what they found. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { onTestFinished } from 'vitest'
import { LESSONS } from '../../src/page/lessons/list.ts'
import type { LessonResult } from '../../src/page/lessons/result.ts'

export const KINDS = ['sound', 'broken', 'busy'] as const
export type RunKind = (typeof KINDS)[number]

export interface PlannedRun {
  kind: RunKind
  lesson: string
  seed: number
}

/**
 * Plans `perKind` runs of each kind. The lessons are run in their order; after the last lesson, the first one is run again with another seed.
 *
 * @param only id of the lesson whose runs are wanted; the others are left out
 */
export function plannedRuns(perKind: number, kinds: readonly RunKind[], only?: string): PlannedRun[] {
  return kinds.flatMap((kind) =>
    Array.from({ length: perKind }, (_, index) => ({
      kind,
      lesson: LESSONS[index % LESSONS.length]?.id ?? '',
      seed: 42 + Math.floor(index / LESSONS.length),
    })).filter(({ lesson }) => only === undefined || lesson === only),
  )
}

const FOLDER = 'test/artefacts'
/** A line of JSON for each run, of this and of earlier invocations. */
export const RUNS_FILE = `${FOLDER}/experiment-runs.jsonl`

export function keepRun(
  { kind, seed }: PlannedRun,
  { lesson, verdict, reasons, claim, durationMs }: LessonResult,
): void {
  mkdirSync(FOLDER, { recursive: true })
  const run = { at: new Date().toISOString(), kind, lesson, seed, verdict, reasons, claim, durationMs }
  appendFileSync(RUNS_FILE, `${JSON.stringify(run)}\n`)
}

/** Two processes that keep two cores busy until the test is over. */
export function keepBusy(): void {
  const processes = [0, 1].map(() => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }))
  onTestFinished(() => {
    for (const child of processes) child.kill('SIGKILL')
  })
}
