import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writeReport } from '../../bench/report/write.ts'
import { INSPECTED } from '../support/browser.ts'
import { newProfile } from '../support/browser-profile.ts'
import { openGuide } from '../support/guide.ts'
import { LONG } from '../support/long.ts'
import { startPlayground } from '../support/playground.ts'
import { sampleCoefficients } from '../support/sample-coefficients.ts'
import { sampleReport } from '../support/sample-report.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

/** A server with two reports in its folder: one has costs that are newer than those of the package. */
async function startWithReports() {
  const reports = await mkdtemp(join(tmpdir(), 'reports-'))
  onTestFinished(() => rm(reports, { recursive: true, force: true }))
  const older = { ...sampleReport(1), startedAt: '2026-11-20T10:00:00.000Z' }
  const newer = { ...sampleReport(2), startedAt: '2030-01-02T10:00:00.000Z' }
  const paths = [await writeReport(older, reports), await writeReport(newer, reports, { ...sampleCoefficients, measuredAt: newer.startedAt })] // prettier-ignore
  const [a = '', b = ''] = paths.map(({ json }) => basename(dirname(json)))
  return { ...(await startPlayground({ reports })), a, b }
}

describe('#/reports', () => {
  it('lists the reports of the server and the one of the package, and shows a report with its page', LONG, async () => {
    const { base, a, b } = await startWithReports()
    const { page, browserErrors } = await openGuide(browser, `${base}/#/reports`)
    const listed = page.getByRole('list').first().getByRole('link')
    await expect.poll(() => listed.allTextContents()).toEqual([b, a])
    await page.getByRole('link', { name: b }).click()
    await page.getByRole('heading', { name: new RegExp(`^Report ${b}`) }).waitFor()
    const table = page.getByRole('table', { name: 'The transports side by side' })
    await expect
      .poll(() => table.getByRole('rowheader').allTextContents())
      .toEqual([' short-poll', ' long-poll', ' websocket'])
    const whole = page.getByRole('link', { name: 'The whole report with all figures' })
    expect(await whole.getAttribute('href')).toBe(`reports/${b}/page`)
    await page.getByRole('link', { name: 'Costs in the capacity calculator' }).click()
    await page.getByRole('heading', { name: /^websocket, 1.000 users$/ }).waitFor()
    expect(browserErrors).toEqual([])
  })

  it('opens the page of a report in a sandbox, without errors', async () => {
    const { base, b } = await startWithReports()
    const page = await (await newProfile(browser)).newPage()
    const errors: string[] = []
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await page.goto(`${base}/reports/${b}/page`)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    expect(await page.evaluate(() => origin)).toBe('null')
    expect(errors).toEqual([])
  })

  it('gives the costs of a newer report of this server to #/capacity', LONG, async () => {
    const { base, b } = await startWithReports()
    const { page } = await openGuide(browser, `${base}/#/capacity`)
    await page.getByText(`this server’s report ${b}`).first().waitFor()
    await page.getByLabel('Costs from').selectOption('shipped')
    await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/capacity?report=shipped')
    await page.getByText(/the report that comes with this program, measured on/).waitFor()
  })

  it('compares two reports', async () => {
    const { base, a, b } = await startWithReports()
    const { page } = await openGuide(browser, `${base}/#/reports/compare/${a}/${a}`)
    await page.getByText('Both are the same report. 0 of').waitFor()
    await page.getByRole('combobox', { name: 'Report B' }).selectOption(b)
    await page.getByRole('button', { name: 'Compare' }).click()
    await expect.poll(() => page.evaluate(() => location.hash)).toBe(`#/reports/compare/${a}/${b}`)
    await page.getByText(/\d+ of \d+ comparable figures differ/).waitFor()
    await page.getByRole('rowheader', { name: 'seed' }).waitFor()
  })

  it('says that a report cannot be loaded', async () => {
    const { base } = await startPlayground({ reports: '' })
    const { page } = await openGuide(browser, `${base}/#/reports/nothing`)
    await page.getByText('The report Report nothing could not be loaded.').waitFor()
  })

  it('has no violation that axe-core finds, in both languages and themes, and fits a phone', LONG, async () => {
    const { base, a, b } = await startWithReports()
    for (const path of ['', `/${b}`, `/compare/${a}/${b}`]) {
      const guide = await openGuide(browser, `${base}/#/reports${path}`, INSPECTED)
      await guide.page.getByRole('heading', { level: 2 }).first().waitFor()
      await guide.inEveryMode(async (mode) => {
        expect(await guide.violations(), mode).toEqual([])
        expect(await guide.overflowPx(), mode).toBeLessThanOrEqual(0)
      })
    }
  })
})

describe('#/choose', () => {
  it('recommends with reasons that link to formulas and experiments, and keeps its settings in the address', async () => {
    const { base } = await startPlayground({ reports: '' })
    const { page, browserErrors } = await openGuide(browser, `${base}/#/choose?tabs=8`)
    await page.getByRole('heading', { name: 'Recommended: websocket' }).waitFor()
    const sse = page.getByRole('article').filter({ has: page.getByRole('heading', { name: 'sse' }) })
    expect(await sse.textContent()).toContain('8 tabs hold 8 connections')
    expect(await sse.getByRole('link', { name: 'Experiment seventh-request' }).getAttribute('href')).toBe(
      '#/experiments/seventh-request',
    )
    await page.getByLabel('HTTP/2 (with TLS)').check()
    await page.getByRole('heading', { name: 'Recommended: sse' }).waitFor()
    await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/choose?tabs=8&http2')
    await sse.getByRole('link', { name: 'Formula: Six connections' }).click()
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-formula')))
      .toBe('six-connections')
    await expect.poll(() => page.evaluate(() => location.hash)).toBe('#/choose/formula/six-connections?tabs=8&http2')
    await sse.getByRole('link', { name: 'Details in the capacity calculator' }).click()
    await page.getByRole('heading', { name: /^sse, 1.000 users$/ }).waitFor()
    expect(await page.evaluate(() => location.hash)).toContain('t=sse')
    expect(browserErrors).toEqual([])
  })

  it('has no violation that axe-core finds, in both languages and themes, and fits a phone', LONG, async () => {
    const { base } = await startPlayground({ reports: '' })
    const guide = await openGuide(browser, `${base}/#/choose?tabs=8&battery`, INSPECTED)
    await guide.page.getByRole('heading', { level: 2 }).first().waitFor()
    await guide.inEveryMode(async (mode) => {
      expect(await guide.violations(), mode).toEqual([])
      expect(await guide.overflowPx(), mode).toBeLessThanOrEqual(0)
    })
  })
})
