import { afterAll, describe, expect, it } from 'vitest'
import { LESSONS } from '../../src/page/lessons/list.ts'
import type { LessonResult } from '../../src/page/lessons/result.ts'
import type { Verdict } from '../../src/page/lessons/verdict.ts'
import { openExperiment, printResult, runExperiment } from '../support/experiment-page.ts'
import { LESSON_FAULTS, type BrokenWorld } from '../support/lesson-faults.ts'
import {
  keepBusy,
  keepRun,
  KINDS,
  plannedRuns,
  RUNS_FILE,
  type PlannedRun,
  type RunKind,
} from '../support/lesson-runs.ts'
import { startPlayground } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

/** EXPERIMENTS=full RUNS=20 runs 20 of each kind; KIND and LESSON leave out the others. docs/experiments.md has the command lines. */
const { EXPERIMENTS, RUNS = '0', KIND, LESSON } = process.env
const WANTED = KINDS.filter((kind) => KIND === undefined || kind === KIND)
const PLANNED = EXPERIMENTS === 'full' ? plannedRuns(Number(RUNS), WANTED, LESSON) : []

const counts = new Map<string, number>()
afterAll(async () => {
  if (PLANNED.length === 0) return
  console.table([...counts].map(([what, runs]) => ({ what, runs })))
  console.log(`all runs: ${RUNS_FILE}`)
})

/** What a run of a kind may not say. On a machine that is busy a fault may be too noisy to see, and a sound server stays sound. */
const FALSE_VERDICTS: Record<RunKind, readonly Verdict[]> = {
  sound: ['does not agree'],
  broken: ['agrees', 'too noisy to say'],
  busy: ['does not agree'],
}

async function resultOf({ kind, lesson, seed }: PlannedRun): Promise<LessonResult> {
  const fault = kind === 'broken' ? LESSON_FAULTS.find((one) => one.lesson === lesson) : undefined
  const { base, prepare }: BrokenWorld = fault ? await fault.plant() : await startPlayground()
  const address = `${base}/#/experiments/${lesson}?${fault ? `${fault.settings}&` : ''}seed=${seed}`
  const { page } = await openExperiment(await sharedBrowser(), address, {}, prepare)
  if (kind === 'busy') keepBusy()
  return runExperiment(page, lesson)
}

describe('the plan of 20 runs of a kind', () => {
  it('has each lesson, and can be limited to one', () => {
    const lessons = plannedRuns(20, ['busy']).map(({ lesson }) => lesson)
    expect(lessons).toHaveLength(20)
    expect(new Set(lessons)).toEqual(new Set(LESSONS.map(({ id }) => id)))
    expect(plannedRuns(20, ['sound', 'broken'], 'poll-latency').map(({ kind, seed }) => [kind, seed])).toEqual([
      ['sound', 42],
      ['sound', 43],
      ['broken', 42],
      ['broken', 43],
    ])
  })
})

describe.skipIf(PLANNED.length === 0)('runs of the experiments', () => {
  it.each(PLANNED.map((run) => [run.lesson, run.kind, run.seed, run] as const))(
    '%s, %s, seed %d: the verdict is not false',
    { timeout: 120_000 },
    async (lesson, kind, _, run) => {
      const result = await resultOf(run)
      console.log(`${kind}:`)
      printResult(result)
      keepRun(run, result)
      const what = `${kind}: ${result.verdict}`
      counts.set(what, (counts.get(what) ?? 0) + 1)
      expect(FALSE_VERDICTS[kind], `${lesson} ${result.verdict}`).not.toContain(result.verdict)
    },
  )
})
