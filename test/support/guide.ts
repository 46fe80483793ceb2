import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** A desk and a phone, by day and by night, in both languages. */
const MODES = [
  { width: 1366, height: 650 },
  { width: 390, height: 664 },
].flatMap((size) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    (['EN', '中文'] as const).map((language) => ({ size, colorScheme, language })),
  ),
)

/** A guide in a separate browser profile. */
export interface OpenGuide {
  page: Page
  browserErrors: string[]
  /** What axe-core finds, each as its rule and the elements. The guide is opened with `INSPECTED`. */
  violations: () => Promise<string[]>
  /** By how many px the guide is wider than the window. */
  overflowPx: () => Promise<number>
  inEveryMode: (look: (mode: string) => Promise<void>) => Promise<void>
}

export async function openGuide(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<OpenGuide> {
  const viewport = { width: 1366, height: 650 }
  const context = await browser.newContext({ viewport, locale: 'en-US', reducedMotion: 'reduce', ...options })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const browserErrors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') browserErrors.push(message.text())
  })
  page.on('pageerror', (error) => browserErrors.push(String(error)))
  await page.goto(url)
  await page.locator('main.guide').waitFor()
  return {
    page,
    browserErrors,
    async violations() {
      await page.evaluate(`globalThis.axe ?? ${readFileSync(AXE, 'utf8')}`)
      return page.evaluate(async () => {
        const { axe } = globalThis as unknown as {
          axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
        }
        const { violations } = await axe.run()
        return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
      })
    },
    overflowPx: () =>
      page.evaluate(() => {
        const guide = document.querySelector('main')
        if (!guide) throw new Error('there is no guide')
        return Math.max(guide.getBoundingClientRect().right - innerWidth, guide.scrollWidth - guide.clientWidth)
      }),
    async inEveryMode(look) {
      for (const { size, colorScheme, language } of MODES) {
        await page.setViewportSize(size)
        await page.emulateMedia({ colorScheme })
        await page.getByRole('button', { name: language, exact: true }).click()
        await page.locator(`html[lang="${language === 'EN' ? 'en' : 'zh-CN'}"]`).waitFor({ state: 'attached' })
        await look(`${size.width}-${colorScheme}-${language}`)
      }
    },
  }
}
