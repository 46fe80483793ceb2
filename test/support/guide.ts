import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { violationsOf } from './accessibility.ts'
import { newProfile } from './browser-profile.ts'
import { pageModes } from './page-modes.ts'

/** A desktop and a phone. */
const SIZES = [
  { width: 1366, height: 650 },
  { width: 390, height: 664 },
]

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
  const context = await newProfile(browser, { viewport, ...options })
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
    violations: () => violationsOf(page),
    overflowPx: () =>
      page.evaluate(() => {
        const guide = document.querySelector('main')
        if (!guide) throw new Error('there is no guide')
        return Math.max(guide.getBoundingClientRect().right - innerWidth, guide.scrollWidth - guide.clientWidth)
      }),
    async inEveryMode(look) {
      for (const { size, colorScheme, language } of pageModes(SIZES)) {
        await page.setViewportSize(size)
        await page.emulateMedia({ colorScheme })
        await page.getByRole('button', { name: language, exact: true }).click()
        await page.locator(`html[lang="${language === 'EN' ? 'en' : 'zh-CN'}"]`).waitFor({ state: 'attached' })
        await look(`${size.width}-${colorScheme}-${language}`)
      }
    },
  }
}
