// @module-tag long
import type { BrowserContextOptions } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { LESSONS } from '../../src/page/lessons/list.ts'
import { INSPECTED } from '../support/browser.ts'
import { openExperiment, predict, printResult, runExperiment, storedResult } from '../support/experiment-page.ts'
import { startPlayground } from '../support/playground.ts'
import { RETRIED } from '../support/retry.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

/** With EXPERIMENTS=full each lesson runs with its default settings, and the figures are printed. */
const IS_FULL = process.env['EXPERIMENTS'] === 'full'

/** Settings for a run of a few seconds. */
const SHORT: Record<string, string> = {
  'poll-latency': 'seconds=6&link=4g',
  'wasted-polls': 'seconds=4&interval=250',
  // The server keeps a silent connection for 1 s here.
  'poll-connections': 'keepAlive=1',
  'push-latency': 'seconds=5&link=3g',
  'request-rates': 'seconds=5&link=4g',
  'message-bytes': 'seconds=5&rate=5',
}

const open = (address: string, options?: BrowserContextOptions) => openExperiment(browser, address, options)

describe('each experiment', () => {
  it.each(LESSONS.filter(({ id }) => id in SHORT).map(({ id, texts }) => [id, texts.en.question] as const))(
    '%s runs in a browser to a verdict that is not false',
    { ...RETRIED, timeout: 80_000 },
    async (id) => {
      const { base } = await startPlayground(IS_FULL ? {} : { idle: id === 'poll-connections' ? 1000 : 72_000 })
      const { page, errors } = await open(`${base}/#/experiments/${id}${IS_FULL ? '' : `?${SHORT[id] ?? ''}&seed=42`}`)
      const result = await runExperiment(page, id)
      if (IS_FULL) printResult(result)
      expect(result.points.length).toBeGreaterThan(2)
      expect([result.verdict, ...result.reasons]).not.toContain('does not agree')
      await page
        .locator('.experiment-model')
        .getByText(/^(Model agrees|Too noisy to say)$/)
        .waitFor()
      expect(await page.getByRole('table').getByRole('row').count()).toBe(result.points.length + 1)
      expect(errors).toEqual([])
    },
  )
})

describe('the chart of an experiment', () => {
  it.each(['en-US', 'zh-CN'])('keeps its texts apart on a phone, in %s', async (locale) => {
    const { base } = await startPlayground({ links: 'off' })
    const phone = { viewport: { width: 390, height: 664 }, locale }
    for (const id of ['tokens', 'frame-heads', 'live-switch']) {
      const { page } = await open(`${base}/#/experiments/${id}`, phone)
      const touching = await page.locator('.experiment-chart').evaluate((chart) => {
        const texts = [...chart.querySelectorAll('text')].map((text) => ({
          text: text.textContent,
          box: text.getBoundingClientRect(),
        }))
        return texts.flatMap(({ text, box }, index) =>
          texts
            .slice(index + 1)
            .filter((other) => box.left < other.box.right && other.box.left < box.right)
            .filter((other) => box.top < other.box.bottom && other.box.top < box.bottom)
            .map((other) => `${text} ${other.text}`),
        )
      })
      expect(touching, id).toEqual([])
    }
  })
})

describe('an experiment', () => {
  it('runs after a prediction only, shows its progress, can be cancelled, and leaves no members', async () => {
    const playground = await startPlayground({ links: 'off' })
    const { page, errors } = await open(`${playground.base}/#/experiments/wasted-polls?seed=5&seconds=20`)
    const button = page.getByRole('button', { name: 'Run', exact: true })
    expect(await button.isDisabled()).toBe(true)
    await predict(page)
    await button.click()
    const progress = page.getByRole('progressbar')
    await expect.poll(async () => Number(await progress.getAttribute('aria-valuenow'))).toBeGreaterThan(0)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await button.waitFor()
    expect(await storedResult(page, 'wasted-polls')).toBeNull()
    const members = () => [...playground.rooms.all].reduce((sum, room) => sum + room.roster.length, 0)
    await expect.poll(members).toBe(0)
    expect(errors).toEqual([])
  })

  it('writes its settings into the address, keeps its result, and exports it', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const { page, errors } = await open(`${base}/#/experiments/message-bytes?seconds=5&rate=20&seed=9`, INSPECTED)
    const result = await runExperiment(page, 'message-bytes')
    expect(result.settings).toEqual({ rate: 20, text: 40, cookie: 0, seconds: 5, seed: 9 })
    expect(await page.evaluate(() => location.hash)).toBe(
      '#/experiments/message-bytes?rate=20&text=40&cookie=0&seconds=5&seed=9',
    )
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export as JSON' }).click()
    expect((await download).suggestedFilename()).toMatch(/^message-bytes-.*\.json$/)
    const picture = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export as PNG' }).click()
    expect((await picture).suggestedFilename()).toMatch(/^message-bytes-.*\.png$/)
    await page.reload()
    await page.locator('.experiment-stamp').waitFor()
    await page.goto(`${base}/#/experiments`)
    await expect
      .poll(() => page.getByRole('navigation', { name: 'Experiments' }).innerText())
      .toContain(`1 of ${LESSONS.length}`)
    expect(errors).toEqual([])
  })

  it('is too noisy to say when the server compresses the frames whose bytes are measured', async () => {
    const { base } = await startPlayground({ links: 'off', deflate: true })
    const { page } = await open(`${base}/#/experiments/message-bytes?seconds=5&seed=3`)
    const { verdict, reasons } = await runExperiment(page, 'message-bytes')
    expect([verdict, reasons]).toEqual(['too noisy to say', ['compressed']])
  })

  it('is too noisy to say when the page is kept busy', async () => {
    const { base } = await startPlayground({ links: 'off' })
    const { page } = await open(`${base}/#/experiments/poll-latency?seconds=8&seed=3`)
    await page.evaluate(() => {
      setInterval(() => {
        const until = performance.now() + 130
        while (performance.now() < until);
      }, 200)
    })
    const { verdict, reasons } = await runExperiment(page, 'poll-latency')
    expect(verdict).toBe('too noisy to say')
    expect(reasons).toContain('stalls')
  })
})
