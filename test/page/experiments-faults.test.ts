// @module-tag long
import { describe, expect, it } from 'vitest'
import type { ClaimVerdict } from '../../src/page/lessons/lesson.ts'
import type { LessonResult } from '../../src/page/lessons/result.ts'
import { openExperiment, printResult, runExperiment } from '../support/experiment-page.ts'
import { startPlayground } from '../support/playground.ts'
import { RETRIED } from '../support/retry.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

/** With EXPERIMENTS=full each lesson runs with its default settings, and the figures are printed. */
const IS_FULL = process.env['EXPERIMENTS'] === 'full'

interface Case {
  id: string
  /** Settings for a run of a few seconds. */
  short: string
  claim: ClaimVerdict
}

/** Experiments that run at once, each in a separate page. Most of the time they wait. */
const GROUPS: [string, Case[]][] = [
  [
    'that wait for cuts and holds',
    [
      { id: 'cuts', short: 'rate=10&cuts=1', claim: 'does not hold' },
      { id: 'reconnects', short: 'cuts=1', claim: 'does not hold' },
      { id: 'quiet-room', short: 'seconds=15', claim: 'does not hold' },
      { id: 'preflights', short: '', claim: 'holds in part' },
    ],
  ],
  [
    'that count',
    [
      { id: 'seventh-request', short: 'hold=2', claim: 'does not hold' },
      { id: 'frame-heads', short: '', claim: 'holds in part' },
      { id: 'live-switch', short: 'step=0.3', claim: 'does not hold' },
    ],
  ],
  [
    'over several links',
    [
      { id: 'cursorless-poll', short: 'seconds=6', claim: 'does not hold' },
      { id: 'buffering', short: 'seconds=6&rate=40', claim: 'does not hold' },
    ],
  ],
  [
    'that time the server',
    [
      { id: 'tokens', short: 'seconds=5', claim: 'does not hold' },
      { id: 'idle-connections', short: 'sockets=40', claim: 'does not hold' },
    ],
  ],
]

async function runIn(base: string, { id, short }: Case): Promise<LessonResult> {
  const { page, errors } = await openExperiment(browser, `${base}/#/experiments/${id}?${IS_FULL ? '' : short}&seed=42`)
  const result = await runExperiment(page, id)
  if (IS_FULL) printResult(result)
  expect(errors).toEqual([])
  return result
}

/** A run says nothing false; where it decides, it decides the claim. */
function expectTrue({ lesson, verdict, reasons, claim, points }: LessonResult, expected: ClaimVerdict): void {
  const figures = points.map(({ series, x, value, model }) => `${series} ${x}: ${value} (${model})`).join(', ')
  expect([lesson, verdict, ...reasons], figures).not.toContain('does not agree')
  expect([lesson, claim], figures).toEqual([lesson, verdict === 'agrees' ? expected : 'open'])
}

describe('the experiments on faults of the network', () => {
  it.each(GROUPS)('%s run to a true verdict', { ...RETRIED, timeout: 240_000 }, async (_, cases) => {
    const { base } = await startPlayground()
    const results: LessonResult[] = []
    // With their default settings they would disturb each other.
    if (IS_FULL) for (const one of cases) results.push(await runIn(base, one))
    else results.push(...(await Promise.all(cases.map((one) => runIn(base, one)))))
    for (const [index, result] of results.entries()) expectTrue(result, cases[index]?.claim ?? 'open')
  })

  it('that need a link say so where there is none, and do not run', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const { page } = await openExperiment(browser, `${base}/#/experiments/cuts?seed=1`)
    await page.getByText('This page reaches no link that cuts connections').waitFor()
    await page.getByRole('slider').first().press('ArrowUp')
    expect(await page.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true)
  })
})
