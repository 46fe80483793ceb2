// @module-tag long
import { describe, expect, it } from 'vitest'
import { LESSONS } from '../../src/page/lessons/list.ts'
import { openExperiment, printResult, runExperiment } from '../support/experiment-page.ts'
import { LESSON_FAULTS, type LessonFault } from '../support/lesson-faults.ts'
import { RETRIED } from '../support/retry.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

/** With EXPERIMENTS=full all faults are planted, and the figures are printed. */
const IS_FULL = process.env['EXPERIMENTS'] === 'full'
const FAULTS = LESSON_FAULTS.filter(({ isShort = false }) => IS_FULL || isShort)

/** The verdict of a run in the broken world is false or true; the figures help to find out why. */
async function expectDisagreement({ lesson, settings, reasons, plant }: LessonFault): Promise<void> {
  const { base, prepare } = await plant()
  const address = `${base}/#/experiments/${lesson}?${settings}&seed=42`
  const { page } = await openExperiment(browser, address, {}, prepare)
  const result = await runExperiment(page, lesson)
  if (IS_FULL) printResult(result)
  const figures = result.points.map(({ series, x, value, model }) => `${series} ${x}: ${value} (${model})`).join(', ')
  expect([lesson, result.verdict, result.claim], `${result.reasons.join(' ')} ${figures}`).toEqual([
    lesson,
    'does not agree',
    'open',
  ])
  expect(result.reasons).toEqual(reasons)
}

describe('a lesson', () => {
  it('has a fault that it notices', () => {
    expect(LESSON_FAULTS.map(({ lesson }) => lesson)).toEqual(LESSONS.map(({ id }) => id))
  })

  it.each(FAULTS.map((fault) => [fault.lesson, fault.when, fault] as const))(
    '%s does not agree when %s',
    { ...RETRIED, timeout: 90_000 },
    (_lesson, _when, fault) => expectDisagreement(fault),
  )
})
