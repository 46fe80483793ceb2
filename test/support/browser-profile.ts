import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { onTestFinished } from 'vitest'

/**
 * A separate browser profile, as of a first visit, which the end of the test closes. By default it is a desktop in English. Drawings
 * move once a second, since there is no graphics card.
 */
export async function newProfile(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const viewport = { width: 1280, height: 800 }
  const context = await browser.newContext({ viewport, locale: 'en-US', reducedMotion: 'reduce', ...options })
  onTestFinished(() => context.close())
  return context
}
