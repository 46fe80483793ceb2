import { expect, it, onTestFinished } from 'vitest'
import { launchBrowser, Visitor } from '../support/browser.ts'
import { startPlayground } from '../support/playground.ts'

it('the page paints on each of three visits, and the times are printed', async () => {
  const browser = await launchBrowser()
  onTestFinished(() => browser.close())
  const { base } = await startPlayground()
  const paintsMs: number[] = []
  // The first visit is the browser's first page too.
  for (let visits = 0; visits < 3; visits++) {
    const { page } = await Visitor.enter(browser, base)
    const paintMs = () =>
      page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity)
    await expect.poll(paintMs).toBeLessThan(Infinity)
    paintsMs.push(await paintMs())
    await page.context().close()
  }
  // Figures, and no promise: they are the machine's as much as the page's.
  console.log(`first contentful paint after ${paintsMs.map((ms) => ms.toFixed(0)).join(', ')} ms`)
}, 60_000)
