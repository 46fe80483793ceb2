// @module-tag long
import type { CDPSession } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { post } from '../../src/client/transports/http.ts'
import { INSPECTED, MOVING, Visitor } from '../support/browser.ts'
import { RETRIED } from '../support/retry.ts'
import { draft, person, startPlayground, type Person } from '../support/playground.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

/** Seconds with a hundred messages each: a few by default, BUSY_S for a long run. */
const BUSY_S = Number(process.env['BUSY_S'] ?? 2)

const browser = await sharedBrowser()

const never = new AbortController().signal

describe('every panel', () => {
  it.each([1280, 1024, 390])(
    'is accessible and fits at %i px',
    async (width) => {
      const playground = await startPlayground()
      const viewport = { width, height: 844 }
      const ada = await Visitor.enter(browser, playground.base, { ...INSPECTED, viewport })
      const { page } = ada
      await ada.say('one')
      await ada.use('websocket')
      await ada.say('two')
      await expect.poll(() => ada.texts()).toHaveLength(2)
      const look = async (name: string) => {
        expect(await ada.violations(), name).toEqual([])
        expect(await ada.overflowPx(), name).toBeLessThanOrEqual(0)
        await ada.takeScreenshot(`${name}-${width}`)
      }
      const tabs = page.getByRole('navigation').getByRole('button')
      for (let index = 0; index < Math.max(1, await tabs.count()); index++) {
        if ((await tabs.count()) > 0) await tabs.nth(index).click()
        if ((await page.getByRole('listbox').count()) > 0) {
          await expect.poll(() => page.getByRole('listbox').getByRole('option').count()).toBeGreaterThan(4)
          await look('wire')
          await page.getByRole('button', { name: /^(Table|表格)$/ }).click()
        }
        await page.emulateMedia({ colorScheme: index % 2 ? 'light' : 'dark' })
        await ada.setLanguage(index % 2 ? 'EN' : '中文')
        await look(`panel-${index}`)
      }
      expect(ada.browserErrors).toEqual([])
    },
    180_000,
  )
})

/** Posts `perSecond` messages a second, by a schedule that does not wait for answers. */
async function talk(bot: Person, perSecond: number, seconds: number): Promise<void> {
  const total = perSecond * seconds
  const begunAt = performance.now()
  const sent: Promise<unknown>[] = []
  while (sent.length < total) {
    const due = Math.floor(((performance.now() - begunAt) / 1000) * perSecond)
    while (sent.length < Math.min(due, total)) sent.push(post(bot.context, draft(`message ${sent.length + 1}`), never))
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await Promise.all(sent)
}

interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  /** µs on the processor: of the wall's clock, others on this machine take their share. */
  tdur?: number
  args: { name?: string }
}

/** Tasks of the page's main thread while `work` runs, in ms each: what delays a frame is one of them. */
async function tasksDuring(cdp: CDPSession, work: () => Promise<void>): Promise<number[]> {
  const events: TraceEvent[] = []
  cdp.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])))
  await cdp.send('Tracing.start', {
    traceConfig: { includedCategories: ['devtools.timeline', 'toplevel'] },
    transferMode: 'ReportEvents',
  })
  await work()
  const complete = new Promise((resolve) => cdp.once('Tracing.tracingComplete', resolve))
  await cdp.send('Tracing.end')
  await complete
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`
  const mains = events
    .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map(threadOf)
  return events
    .filter((event) => event.ph === 'X' && event.name.endsWith('RunTask') && mains.includes(threadOf(event)))
    .map(({ tdur = 0 }) => tdur / 1000)
}

describe('the page at 100 messages per second', () => {
  it(
    `keeps every task below 50 ms and its memory bounded for ${BUSY_S} s`,
    { timeout: (BUSY_S + 60) * 1000, ...RETRIED },
    async () => {
      const playground = await startPlayground()
      const ada = await Visitor.enter(browser, playground.base, MOVING)
      await ada.use('websocket')
      const bot = await person(playground)
      const cdp = await ada.page.context().newCDPSession(ada.page)
      // What is kept fills up and what is compiled is compiled.
      await talk(bot, 100, 2)
      const heap = async () => {
        await cdp.send('HeapProfiler.collectGarbage')
        return (await cdp.send('Runtime.getHeapUsage')).usedSize / 2 ** 20
      }
      const before = await heap()
      const tasks = await tasksDuring(cdp, () => talk(bot, 100, BUSY_S))
      const frames = await ada.page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            let count = 0
            const begunAt = performance.now()
            const frame = () => {
              count += 1
              if (performance.now() - begunAt > 1000) resolve(count)
              else requestAnimationFrame(frame)
            }
            requestAnimationFrame(frame)
          }),
      )
      await post(bot.context, draft('the end'), never)
      await expect.poll(async () => (await ada.texts()).at(-1)).toBe('the end')
      const grown = (await heap()) - before
      const longest = Math.max(...tasks)
      console.log(
        `${100 * BUSY_S} messages in ${BUSY_S} s: longest task ${longest.toFixed(1)} ms of ${tasks.length}, heap ${before.toFixed(1)} MiB + ${grown.toFixed(1)}, ${frames} frames in a quiet second after`,
      )
      expect(tasks.length).toBeGreaterThan(100)
      expect(longest).toBeLessThan(50)
      expect(grown).toBeLessThan(12)
    },
  )
})
