import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { poissonArrivalsMs } from '../../src/models/arrivals.ts'
import { TRANSPORTS, type About, type TransportName } from '../../src/protocol.ts'
import { seededRandom } from '../../src/random.ts'
import { INSPECTED, launchBrowser, MOVING, Visitor } from '../support/browser.ts'
import { MAY_BE_LATE } from '../support/retry.ts'
import { startPlayground } from '../support/playground.ts'
import { speakAt, speaker } from '../support/speaker.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
}, 60_000)
afterAll(() => browser.close())

const SHOWN = ['short-poll', 'long-poll', 'websocket', 'sse', 'http-stream']

const pane = (page: Page, transport: string) => page.locator(`.pane[data-transport="${transport}"]`)
const texts = (page: Page, transport: string) => pane(page, transport).locator('.msg p span').allTextContents()

async function allOpen(page: Page, names: readonly string[]): Promise<void> {
  for (const name of names) await pane(page, name).locator('.state[data-state="open"]').waitFor()
}

describe('side by side', () => {
  it('every pane is a member of its own, brings what is said once, and is timed and counted', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, `${playground.base}/#/compare`)
    await allOpen(ada.page, SHOWN)
    const roster = () => playground.rooms.get('lobby').roster
    expect(roster()).toHaveLength(SHOWN.length + 1)
    // Until the clocks are compared nothing can be timed.
    await ada.say('ready? go')
    for (const name of SHOWN) await expect.poll(() => texts(ada.page, name)).toEqual(['ready? go'])
    await ada.say('again')
    for (const name of SHOWN) {
      await expect.poll(() => texts(ada.page, name)).toEqual(['ready? go', 'again'])
      await expect.poll(() => pane(ada.page, name).locator('.msg data').last().textContent()).toMatch(/\d.ms$/)
      await expect.poll(() => pane(ada.page, name).locator('.sums').textContent()).toMatch(/Bytes\/message\d/)
    }
    await expect.poll(() => ada.page.locator('.race table tbody tr').first().textContent()).not.toContain('not yet')

    await ada.page.locator('.chip', { hasText: 'long-poll' }).locator('input').uncheck({ force: true })
    await expect.poll(() => roster().length).toBe(SHOWN.length)
    await ada.page.getByRole('link', { name: 'Chat' }).click()
    await expect.poll(() => roster().length).toBe(1)
    await expect.poll(() => ada.texts()).toEqual(['ready? go', 'again'])
    expect(ada.complaints).toEqual([])
  })

  it('carries every transport over every kind of link, without a complaint of the browser', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, `${playground.base}/#/room/blue/compare`)
    await ada.page.locator('.pane').first().waitFor()
    for (const box of await ada.page.locator('.chip input').all()) await box.check({ force: true })
    await allOpen(ada.page, TRANSPORTS)
    for (const profile of ['wifi', 'buffering', 'local']) {
      await ada.page.locator('.toolbar > .field select').selectOption(profile)
      // What is buffered is not let through before it ends, which a stream never does.
      const isHeld = (name: TransportName) => profile === 'buffering' && ['sse', 'http-stream'].includes(name)
      const passing = TRANSPORTS.filter((name) => !isHeld(name))
      await allOpen(ada.page, passing)
      await ada.say(`over ${profile}`)
      for (const name of passing) {
        await expect.poll(async () => (await texts(ada.page, name)).at(-1)).toBe(`over ${profile}`)
      }
    }
    expect(ada.complaints).toEqual([])
  }, 180_000)

  it('a conversation follows its seed, tells how far it is, and can be ended', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, `${playground.base}/#/compare`)
    await allOpen(ada.page, SHOWN)
    await ada.page.locator('.bot select').selectOption('20')
    await ada.page.locator('.bot input').fill('7')
    await ada.page.locator('.bot input').blur()
    const hear = async () => {
      await ada.page.locator('.run').click()
      await ada.page.locator('.progress', { hasText: /^\d\d+ of/ }).waitFor()
      const of = (await ada.page.locator('.progress').textContent())?.split(' ')[2]
      await ada.page.getByRole('button', { name: 'Cancel' }).click()
      await expect.poll(() => playground.rooms.get('lobby').roster.length).toBe(SHOWN.length + 1)
      return of
    }
    expect(await hear()).toBe(String(poissonArrivalsMs(seededRandom(7), 20, 20_000).length))
    await hear()
    const said = playground.rooms
      .get('lobby')
      .log.read(null)
      .events.flatMap((event) => (event.type === 'message' ? [event.text] : []))
    const second = said.lastIndexOf(said[0] ?? '')
    expect(second).toBeGreaterThan(5)
    expect(said.slice(second, second + 5)).toEqual(said.slice(0, 5))
  }, 180_000)

  it('no pane waits for another: a browser’s six connections are for a port, and each pane has its own', async () => {
    const playground = await startPlayground()
    const ada = await Visitor.enter(browser, playground.base)
    const { links } = (await (await fetch(`${playground.base}/about`)).json()) as About
    const [first, second] = links.filter(({ profile }) => profile === 'local').slice(-2)
    const { log } = playground.rooms.get('empty')
    const held = ({ port }: { port: number }) => `http://127.0.0.1:${port}/rooms/empty/long-poll?after=${log.head}`
    const ask = (url: string, count: number) =>
      ada.page.evaluate(
        ([target, times]) => {
          for (let i = 0; i < times; i++) void fetch(target, { cache: 'no-store' })
        },
        [url, count] as const,
      )
    if (!first || !second) throw new Error('there are no links')
    await ask(held(first), 8)
    await expect.poll(() => log.waiting).toBe(6)
    await ask(held(second), 8)
    // Six at the other port; two at each have to wait.
    await expect.poll(() => log.waiting).toBe(12)
    await log.append({ type: 'notice', id: 'go-on-now', text: 'go on' })
    await expect.poll(() => log.waiting).toBe(0)
  })

  it('says so where there are no links', async () => {
    const playground = await startPlayground({ links: 'off' })
    const ada = await Visitor.enter(browser, `${playground.base}/#/compare`)
    await allOpen(ada.page, SHOWN.slice(0, 3))
    expect(await ada.page.locator('footer').textContent()).toContain('There are no link ports here')
    expect(await ada.page.locator('.toolbar > .field').count()).toBe(0)
  })
})

describe('100 messages per second', () => {
  const seconds = Number(process.env['BUSY_S'] ?? 3)

  it(
    `leave the comparison smooth: no frame over 50 ms in ${seconds} s, and the heap where it was`,
    { timeout: (seconds + 40) * 1000, ...MAY_BE_LATE },
    async () => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, `${playground.base}/#/compare`, MOVING)
      await allOpen(ada.page, SHOWN)
      const session = await speaker(playground)
      await expect.poll(() => session.state.name).toBe('open')
      const cdp = await ada.page.context().newCDPSession(ada.page)
      const heapMb = async () => {
        await cdp.send('HeapProfiler.collectGarbage')
        const { usedSize } = await cdp.send('Runtime.getHeapUsage')
        return usedSize / 2 ** 20
      }
      const every10Ms = (ms: number) => Array.from({ length: ms / 10 }, (_, index) => 10 * index)
      // Start-up: code is compiled, the logs and the readings of the last seconds fill.
      await speakAt(session, every10Ms(2000))
      const before = await heapMb()
      const events: { name: string; dur?: number; tdur?: number }[] = []
      cdp.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as typeof events)))
      await cdp.send('Tracing.start', {
        transferMode: 'ReportEvents',
        traceConfig: { includedCategories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] },
      })
      await speakAt(session, every10Ms(seconds * 1000))
      const complete = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve))
      await cdp.send('Tracing.end')
      await complete
      const after = await heapMb()
      // One task is what a frame has to wait for. Its time on the processor is the page's own doing; what it took by the
      // clock is also that of whatever else the machine did meanwhile.
      const tasks = events.filter(({ name }) => name === 'RunTask')
      const longestMs = (read: (task: (typeof tasks)[number]) => number | undefined) =>
        tasks.reduce((most, task) => Math.max(most, (read(task) ?? 0) / 1000), 0)
      const longest = longestMs(({ tdur }) => tdur)
      const byClock = longestMs(({ dur }) => dur)
      const shown = await texts(ada.page, 'websocket')
      console.log(
        `${tasks.length} tasks, the longest ${longest.toFixed(1)} ms, by the clock ${byClock.toFixed(1)} ms, ` +
          `heap ${before.toFixed(1)} → ${after.toFixed(1)} MiB, ${shown.at(-1)}`,
      )
      expect(tasks.length).toBeGreaterThan(seconds * 10)
      expect(longest).toBeGreaterThan(0)
      expect(longest).toBeLessThan(50)
      expect(after - before).toBeLessThan(20)
    },
  )
})

describe('the page', () => {
  it('is accessible and fits side by side, at a desk and on a phone, light and dark, in both languages', async () => {
    const { base } = await startPlayground()
    const ada = await Visitor.enter(browser, `${base}/#/compare`, INSPECTED)
    await ada.page.locator('.pane').first().waitFor()
    for (const box of await ada.page.locator('.chip input').all()) await box.check({ force: true })
    await ada.page.locator('.toolbar > .field select').selectOption('wifi')
    await allOpen(ada.page, TRANSPORTS)
    await ada.say('hello')
    for (const name of TRANSPORTS) await expect.poll(() => pane(ada.page, name).locator('.msg').count()).toBe(1)
    await ada.inEveryMode(async (mode) => {
      expect(await ada.violations(), mode).toEqual([])
      expect(await ada.overflowPx(), mode).toBeLessThanOrEqual(0)
      await ada.shoot(`compare-${mode}`)
    })
    expect(ada.complaints).toEqual([])
  }, 180_000)

  it.each([
    ['en-US', 'Side by side'],
    ['zh-CN', '并排'],
  ])(
    'weighs less than 100 kB in %s, gzipped; Socket.IO’s client comes only when it is asked for',
    async (locale, name) => {
      const { base } = await startPlayground()
      const ada = await Visitor.enter(browser, base, { locale })
      await ada.page.locator('.spark canvas').first().waitFor()
      await ada.page.getByRole('link', { name }).click()
      await allOpen(ada.page, SHOWN)
      const loaded = await ada.page.evaluate(() =>
        performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
      )
      const files = loaded.filter((path) => /\.(js|css|svg)$/.test(path)).concat('/index.html')
      const kB = files.reduce((sum, path) => sum + gzipSync(readFileSync(`public${path}`)).length, 0) / 1000
      console.log(`${locale}: ${files.length} files, ${kB.toFixed(1)} kB gzipped`)
      expect(files).toContain('/js/main.js')
      expect(files.some((path) => path.includes('uPlot'))).toBe(true)
      expect(kB).toBeLessThan(100)
    },
  )
})
