// @module-tag long
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { transports } from '../../src/client/transports/index.ts'
import { poissonArrivalsMs } from '../../src/models/arrivals.ts'
import * as longPoll from '../../src/models/long-poll.ts'
import { gapMs } from '../../src/models/path.ts'
import * as shortPoll from '../../src/models/short-poll.ts'
import { TRANSPORTS, type TransportName } from '../../src/protocol.ts'
import { seededRandom } from '../../src/random.ts'
import { Visitor } from '../support/browser.ts'
import { startPlayground, type TestPlayground } from '../support/playground.ts'
import { connectSender, sendAt } from '../support/sender.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

const browser = await sharedBrowser()

type Mode = (typeof transports)[TransportName]['mode']

describe('on the 4G link', () => {
  const RTT_MS = 60
  const INTERVAL_MS = 200
  /** Few enough for a held request, most of whose messages would fall into its gap otherwise. */
  const RATE_PER_S = 2
  /** By default three transports that differ in principle, for a short time; LINK_TRANSPORTS=all runs all of them for longer. */
  const isThorough = process.env['LINK_TRANSPORTS'] === 'all'
  const LASTS_MS = isThorough ? 15_000 : 4000

  /** Poisson; for a poll, spread evenly over its phase from a random beginning: the same distribution with less scatter. */
  function arrivalsFor(mode: Mode, seed: number): number[] {
    const random = seededRandom(seed)
    if (mode !== 'interval') return poissonArrivalsMs(random, RATE_PER_S, LASTS_MS)
    const beginMs = random() * INTERVAL_MS
    const stepMs = INTERVAL_MS * ((Math.sqrt(5) - 1) / 2)
    return Array.from({ length: Math.floor((LASTS_MS - beginMs) / stepMs) }, (_, index) => beginMs + index * stepMs)
  }

  /** What theory says, of a link without a bandwidth and of infinitely quick computers. */
  function modelMs(mode: Mode, rttMs: number, ratePerS: number): number {
    const path = { oneWayDownMs: rttMs / 2, oneWayUpMs: rttMs / 2, serviceMs: 0, thinkMs: 0 }
    if (mode === 'streaming') return path.oneWayDownMs
    if (mode === 'interval') return shortPoll.quantileMs({ ...path, intervalMs: INTERVAL_MS }, 0.5)
    return longPoll.quantileMs({ ...path, gapMs: gapMs(path), holdMs: 25_000, ratePerS }, 0.5)
  }

  async function enter(playground: TestPlayground, transport: TransportName, profile: string): Promise<Page> {
    const visitor = await Visitor.enter(browser, playground.base)
    const { page } = visitor
    await page.evaluate((ms) => sessionStorage.setItem('tuning', JSON.stringify({ intervalMs: ms })), INTERVAL_MS)
    await page.reload()
    await visitor.use(transport)
    await page.getByRole('combobox', { name: 'Link' }).selectOption(profile)
    await page.getByRole('region', { name: 'Chat' }).locator('[data-state="open"]').waitFor()
    return page
  }

  async function p50Of(page: Page, messages: number): Promise<number> {
    const heading = page.getByRole('heading', { name: 'Delivery latency' })
    const count = heading.getByText(/ messages?$/)
    const counted = async () => Number(/\d+/.exec(((await count.textContent()) ?? '').replace(/\D/g, '')))
    await expect.poll(counted).toBeGreaterThanOrEqual(0.9 * messages)
    const figures = page.getByRole('article').filter({ has: heading }).getByRole('paragraph').first()
    return Number((await figures.locator('b').first().textContent())?.replace('<1', '0'))
  }

  interface Found {
    p50Ms: number
    /** What the page prints beside it. */
    printedMs: number
    /** What the same messages took without a link, above the model: the computers, which no model of a link knows. */
    computersMs: number
    theoryMs: number
    messages: number
  }

  async function measure(transport: TransportName, seed: number): Promise<Found> {
    const { mode } = transports[transport]
    const playground = await startPlayground()
    const [control, page] = await Promise.all([
      enter(playground, transport, 'local'),
      enter(playground, transport, '4g'),
    ])
    const session = await connectSender(playground)
    await expect.poll(() => session.state.name).toBe('open')
    const arrivalsMs = arrivalsFor(mode, seed)
    // For a moment yet, the state that a page shows is that of the line before.
    await sendAt(
      session,
      arrivalsMs.map((ms) => ms + 500),
    )
    const ratePerS = arrivalsMs.length / (LASTS_MS / 1000)
    const p50Ms = await p50Of(page, arrivalsMs.length)
    const computersMs = Math.max(0, (await p50Of(control, arrivalsMs.length)) - modelMs(mode, 0, ratePerS))
    const printedMs = Number(
      /\d+/.exec(
        (await page
          .getByRole('heading', { name: 'Delivery latency' })
          .getByText(/^model /)
          .textContent()) ?? '',
      )?.[0],
    )
    await Promise.all([control.context().close(), page.context().close()])
    return { p50Ms, printedMs, computersMs, theoryMs: modelMs(mode, RTT_MS, ratePerS), messages: arrivalsMs.length }
  }

  const tried = isThorough ? TRANSPORTS : TRANSPORTS.slice(0, 3)
  // One at a time, since two disturb each other.
  it.each(tried.map((transport, index) => ({ transport, seed: 100 + index })))(
    'the page’s median latency by $transport is within 10 % of the model (seed $seed)',
    async ({ transport, seed }) => {
      for (let attempt = 1; ; attempt++) {
        const { p50Ms, printedMs, computersMs, theoryMs, messages } = await measure(transport, seed + 10 * attempt)
        const said = `p50 ${p50Ms} ms, model ${printedMs} ms, computers ${computersMs} ms; ${messages} messages`
        console.log(`${transport}: ${said}`)
        // The page adds what the bandwidth costs: of a snapshot that is not little.
        expect(printedMs).toBeGreaterThan(theoryMs - 1)
        expect(printedMs).toBeLessThan(theoryMs * 1.25)
        // The page shows whole ms; and what the computers take is known no better than to its own size.
        const beyondMs = Math.abs(p50Ms - computersMs - printedMs) - (0.1 * printedMs + 1 + computersMs)
        // Others may have kept this machine busy, and it may try again.
        if (attempt < 5 && beyondMs > 0) continue
        expect(beyondMs).toBeLessThanOrEqual(0)
        return
      }
    },
    120_000,
  )
})
