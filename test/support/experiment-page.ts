import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'
import type { LessonResult } from '../../src/page/lessons/result.ts'
import { verdictOfPoint } from '../../src/page/lessons/verdict.ts'
import { newProfile } from './browser-profile.ts'

/** A page of the experiments, and what went wrong on it. */
export interface ExperimentPage {
  page: Page
  errors: string[]
}

/** @param prepare what is done before the page is loaded */
export async function openExperiment(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
  prepare: (page: Page) => Promise<void> = () => Promise.resolve(),
): Promise<ExperimentPage> {
  const context = await newProfile(browser, options)
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  await prepare(page)
  await page.goto(address)
  await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor()
  return { page, errors }
}

/** Predicts by the keyboard: the first option, or the first knot a step higher. */
export async function predict(page: Page): Promise<void> {
  const options = page.getByRole('main').getByRole('radio')
  if ((await options.count()) > 0) await options.first().check()
  else await page.getByRole('slider').first().press('ArrowUp')
}

export const storedResult = (page: Page, id: string): Promise<LessonResult | null> =>
  page.evaluate(
    (lesson) =>
      (JSON.parse(localStorage.getItem('experiments') ?? '{}') as Record<string, LessonResult | undefined>)[lesson] ??
      null,
    id,
  )

/** Predicts, runs, and waits for the result. */
export async function runExperiment(page: Page, id: string): Promise<LessonResult> {
  await predict(page)
  await page.getByRole('button', { name: 'Run', exact: true }).click()
  const isOver = async () =>
    (await storedResult(page, id)) !== null || (await page.getByText('The run ended without a result').count()) > 0
  await expect.poll(isOver, { timeout: 65_000, interval: 250 }).toBe(true)
  const result = await storedResult(page, id)
  if (!result) throw new Error(await page.locator('#experiment-status').innerText())
  return result
}

const rounded = (value: number) => Number(value.toPrecision(3))

/** As a table: predicted, measured, interval, verdict. */
export function printResult({ lesson, points, verdict, reasons, claim, noise, durationMs }: LessonResult): void {
  const { stallMs, pushMs, twinMs, clockMs } = noise
  const figures = [stallMs, pushMs, twinMs, clockMs].map(rounded).join(', ')
  const duration = rounded(durationMs / 1000)
  console.log(`${lesson}: ${verdict} ${reasons.join(' ')}, claim ${claim}, in ${duration} s; noise ${figures} ms`)
  console.table(
    points.map((point) => ({
      series: point.series,
      x: point.x,
      predicted: point.model === null ? null : rounded(point.model),
      measured: rounded(point.value),
      low: rounded(point.low),
      high: rounded(point.high),
      tolerance: rounded(point.tolerance),
      verdict: verdictOfPoint(point),
    })),
  )
}
