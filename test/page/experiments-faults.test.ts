import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../src/server/config/settings.ts'
import type { ClaimVerdict } from '../../src/page/lessons/lesson.ts'
import type { LessonResult } from '../../src/page/lessons/result.ts'
import { launchBrowser } from '../support/browser.ts'
import { openExperiment, printResult, runExperiment } from '../support/experiment-page.ts'
import { openLateAnswers } from '../support/late-answers.ts'
import { startPlayground } from '../support/playground.ts'
import { RETRIED } from '../support/retry.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
}, 60_000)
afterAll(() => browser.close())

/** With EXPERIMENTS=full each lesson runs with its default settings, and the figures are printed. */
const IS_FULL = process.env['EXPERIMENTS'] === 'full'

interface Case {
  id: string
  /** Settings for a run of a few seconds. */
  short: string
  claim: ClaimVerdict
}

/** These wait most of the time, and their counts survive the noise of each other: they run at once, each in its own page. */
const WAITING: Case[] = [
  { id: 'cuts', short: 'rate=10&cuts=1', claim: 'does not hold' },
  { id: 'reconnects', short: 'cuts=1', claim: 'does not hold' },
  { id: 'seventh-request', short: 'hold=1', claim: 'does not hold' },
  { id: 'quiet-room', short: 'seconds=12', claim: 'does not hold' },
  { id: 'preflights', short: '', claim: 'holds' },
  { id: 'frame-heads', short: '', claim: 'holds in part' },
]
const MEASURING: Case[] = [
  { id: 'cursorless-poll', short: 'seconds=6', claim: 'does not hold' },
  { id: 'live-switch', short: 'step=0.3', claim: 'does not hold' },
  { id: 'buffering', short: 'seconds=6&rate=40', claim: 'does not hold' },
  { id: 'tokens', short: 'seconds=5', claim: 'does not hold' },
  { id: 'idle-connections', short: 'sockets=40', claim: 'does not hold' },
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
  it('that wait for cuts, holds and browsers run to a true verdict', { ...RETRIED, timeout: 120_000 }, async () => {
    const { base } = await startPlayground()
    const results = await Promise.all(WAITING.map((one) => runIn(base, one)))
    for (const [index, result] of results.entries()) {
      expectTrue(result, WAITING[index]?.claim ?? 'open')
      // Counts survive the noise of the other pages.
      expect([result.lesson, result.verdict]).toEqual([result.lesson, 'agrees'])
    }
  })

  it.each(MEASURING)('$id runs to a true verdict', { ...RETRIED, timeout: 90_000 }, async (one) => {
    const { base } = await startPlayground()
    expectTrue(await runIn(base, one), one.claim)
  })

  it('that need a link say so where there is none, and do not run', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const { page } = await openExperiment(browser, `${base}/#/experiments/cuts?seed=1`)
    await page.getByText('This page reaches no link that cuts connections').waitFor()
    await page.getByRole('slider').first().press('ArrowUp')
    expect(await page.getByRole('button', { name: 'Run', exact: true }).isDisabled()).toBe(true)
  })
})

describe('a server or a way that is broken', () => {
  it('does not agree when the server ends each hold early', RETRIED, async () => {
    const config: Partial<Config> = { links: 'off', hold: 300 }
    const { base } = await startPlayground(config)
    const { verdict, reasons } = await runIn(base, { id: 'quiet-room', short: 'seconds=10', claim: 'open' })
    expect([verdict, reasons]).toEqual(['does not agree', ['apart']])
  })

  it('does not agree when the answers of long polls are late', RETRIED, async () => {
    const { port } = await startPlayground({ links: 'off' })
    const base = await openLateAnswers(port, /\/long-poll/, 200)
    const { verdict, reasons } = await runIn(base, { id: 'tokens', short: 'seconds=6', claim: 'open' })
    expect(verdict).not.toBe('agrees')
    if (verdict === 'does not agree') expect(reasons).toEqual(['apart'])
  })
})
