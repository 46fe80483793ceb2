// @module-tag long
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { post } from '../../src/client/transports/http.ts'
import { openLink, PROFILE_NAMES, PROFILES, type ProfileName } from '../../src/link/link.ts'
import { poissonArrivalsMs } from '../../src/models/arrivals.ts'
import type { TransportName } from '../../src/protocol.ts'
import { seededRandom } from '../../src/random.ts'
import { INSPECTED, Visitor } from '../support/browser.ts'
import { CountingRelay } from '../support/counting-relay.ts'
import { draft, person, startPlayground } from '../support/playground.ts'
import { lastingPort } from '../support/port.ts'
import { RETRIED } from '../support/retry.ts'
import { sharedBrowser } from '../support/shared-browser.ts'

/**
 * What the page says of a transport over a link, beside what two relays outside the page saw: one before the server, which counts
 * bytes, and one before the browser, at which messages arrive.
 *
 *   browser ── relay ── link ── relay ── server
 */

/** `PAGE_ACCURACY=full`: every link with every transport. */
const IS_FULL = process.env['PAGE_ACCURACY'] === 'full'
const TRANSPORTS = ['short-poll', 'long-poll', 'websocket', 'sse', 'http-stream'] as const
const CELLS: readonly (readonly [ProfileName, TransportName])[] = IS_FULL
  ? PROFILE_NAMES.flatMap((profile) => TRANSPORTS.map((transport) => [profile, transport] as const))
  : [
      ['4g', 'websocket'],
      ['3g', 'long-poll'],
    ]
/** The cut of the tunnel comes once in 15 s. */
const durationMs = (profile: ProfileName) => (profile === 'tunnel' ? 18_000 : IS_FULL ? 7000 : 4000)
const RATE_PER_S = 8
const INTERVAL_MS = 1000
/** A text of which 16 KiB, which the buffering proxy holds back, are there in a few seconds. */
const FILLER = '.'.repeat(120)
/** ms without an arrival after which no more are expected: longer than the pauses of the client. */
const QUIET_MS = 8000

const browser = await sharedBrowser()

const never = new AbortController().signal
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Bytes {
  up: number
  down: number
}

interface Figures {
  delivered: number
  p50Ms: number
  p95Ms: number
  bytes: Bytes
}

interface Row {
  profile: ProfileName
  transport: TransportName
  page: Figures
  relay: Figures
}

/** The k-th of n ordered values with k = ⌈p n⌉, as the page takes it. */
const percentile = (ordered: readonly number[], p: number): number =>
  ordered[Math.max(0, Math.ceil(p * ordered.length) - 1)] ?? 0

/** Times at which the numbers of messages first came, in ms since the epoch. */
class Arrivals {
  readonly at = new Map<number, number>()
  readonly #rest = new WeakMap<object, string>()
  lastAt = performance.now()

  readonly scan = (chunk: Buffer, connection: object): void => {
    const at = performance.timeOrigin + performance.now()
    const text = (this.#rest.get(connection) ?? '') + chunk.toString('latin1')
    for (const [, number] of text.matchAll(/@(\d+)@/g)) {
      if (this.at.has(Number(number))) continue
      this.at.set(Number(number), at)
      this.lastAt = performance.now()
    }
    this.#rest.set(connection, text.slice(-8))
  }
}

/** What the page says, in its meters and, to the byte, below the wire. */
async function shownBy({ page }: Visitor, transport: TransportName): Promise<Figures> {
  const latency = page.getByRole('article').filter({ has: page.getByRole('heading', { name: 'Delivery latency' }) })
  const [p50 = '', p95 = ''] = await latency.locator('.reading b').allTextContents()
  const [basis = ''] = await latency.getByText(/^of \d/).allTextContents()
  const [up, down] = await page
    .getByTitle('Bytes since this page’s trace began')
    .locator(`[data-transport="${transport}"] data`)
    .evaluateAll((elements) => elements.map((element) => Number(element.getAttribute('value'))))
  const ms = (text: string) => (text === '<1' ? 0.5 : Number(text.replaceAll(/\s/g, '')))
  return {
    delivered: Number(/\d+/.exec(basis)?.[0] ?? 0),
    p50Ms: ms(p50),
    p95Ms: ms(p95),
    bytes: { up: up ?? 0, down: down ?? 0 },
  }
}

async function measure(profile: ProfileName, transport: TransportName): Promise<Row> {
  const port = await lastingPort()
  const options = { lease: 600_000, links: 'off', origins: `http://127.0.0.1:${port}` } as const
  const playground = await startPlayground(options, port)
  const atServer = await CountingRelay.open(playground.port)
  const link = await openLink({ to: { port: atServer.port }, profile, onError: () => undefined })
  onTestFinished(() => link.close())
  const arrivals = new Arrivals()
  const atBrowser = await CountingRelay.open(link.port, arrivals.scan)
  const { delayMs, bitsPerSecond } = PROFILES[profile]
  const links = [{ profile, port: atBrowser.port, rttMs: 2 * delayMs, bitsPerSecond }]
  // A page uses no link for a connection without delay: then the relays are in front of the page, too.
  const isDirect = profile === 'local'
  const ada = await Visitor.enter(browser, isDirect ? atBrowser.url : playground.base, {
    ...INSPECTED,
    profile,
    links: isDirect ? [] : links,
    intervalMs: INTERVAL_MS,
  })
  if (!isDirect)
    await expect.poll(() => ada.page.getByRole('combobox', { name: 'Link', exact: true }).inputValue()).toBe(profile)
  await ada.use(transport)
  const ben = await person(playground)

  const relayBytes = () => atServer.without('/meter')
  const both = async () => {
    const { bytes: page } = await shownBy(ada, transport)
    return { page, relay: relayBytes() }
  }
  /** The page's count follows the relay's by moments. When it has caught up, the difference is least. */
  const caughtUp = async () => {
    let least = await both()
    const apart = ({ page, relay }: typeof least) => relay.up + relay.down - page.up - page.down
    for (const until = performance.now() + 3 * INTERVAL_MS; performance.now() < until;) {
      await sleep(40)
      const now = await both()
      if (now.page.up > 0 && apart(now) <= apart(least)) least = now
    }
    return least
  }
  await expect.poll(async () => (await both()).page.up).toBeGreaterThan(0)
  // The page itself, its first connection and the roster are over. What they have cost beside is a fixed sum.
  await sleep(1000)
  const before = await caughtUp()

  const storedAt = new Map<number, number>()
  const startedAt = performance.now()
  const dueMs = poissonArrivalsMs(seededRandom(7), RATE_PER_S, durationMs(profile))
  for (const [index, atMs] of dueMs.entries()) {
    await sleep(startedAt + atMs - performance.now())
    await post(ben.context, draft(`@${index}@ ${FILLER}`), never)
  }
  const { log } = playground.rooms.get('lobby')
  for (let cursor = ben.cursor, hasMore = true; hasMore;) {
    const { events, cursor: reached, more = false } = log.read(cursor)
    for (const event of events) {
      const number = event.type === 'message' ? /^@(\d+)@/.exec(event.text)?.[1] : undefined
      if (number !== undefined) storedAt.set(Number(number), event.at)
    }
    cursor = reached
    hasMore = more
  }
  while (arrivals.at.size < dueMs.length && performance.now() - arrivals.lastAt < QUIET_MS) await sleep(100)
  const latencies = [...arrivals.at].map(([number, at]) => at - (storedAt.get(number) ?? Number.NaN))
  latencies.sort((a, b) => a - b)
  await expect.poll(async () => (await shownBy(ada, transport)).delivered).toBe(arrivals.at.size)
  const after = await caughtUp()
  const shown = await shownBy(ada, transport)
  const between = (a: Bytes, b: Bytes): Bytes => ({ up: b.up - a.up, down: b.down - a.down })
  await ada.page.context().close()
  return {
    profile,
    transport,
    page: { ...shown, bytes: between(before.page, after.page) },
    relay: {
      delivered: arrivals.at.size,
      p50Ms: percentile(latencies, 0.5),
      p95Ms: percentile(latencies, 0.95),
      bytes: between(before.relay, after.relay),
    },
  }
}

/** As columns of a table: the page's figure, then the relay's. */
const printed = ({ profile, transport, page, relay }: Row) => {
  const each = (read: (figures: Figures) => number) => `${read(page).toFixed(0)} / ${read(relay).toFixed(0)}`
  return {
    link: profile,
    transport,
    delivered: each(({ delivered }) => delivered),
    'p50, ms': each(({ p50Ms }) => p50Ms),
    'p95, ms': each(({ p95Ms }) => p95Ms),
    'bytes up': each(({ bytes }) => bytes.up),
    'bytes down': each(({ bytes }) => bytes.down),
    'bytes/message': each(({ delivered, bytes }) => (bytes.up + bytes.down) / delivered),
  }
}

/** Times agree within 10 % or 5 ms. */
const isClose = (shownMs: number, relayMs: number): boolean => Math.abs(shownMs - relayMs) <= Math.max(5, 0.1 * relayMs)

describe('the figures of the page', () => {
  const rows = new Map<string, Row>()
  afterAll(() => console.table([...rows.values()].map(printed)))

  it.each(CELLS)(
    'over the link %s by %s are those of relays outside the page',
    { timeout: 120_000, ...RETRIED },
    async (profile, transport) => {
      const row = await measure(profile, transport)
      rows.set(`${profile} ${transport}`, row)
      const { page, relay } = row
      expect(page.delivered).toBe(relay.delivered)
      expect(page.delivered).toBeGreaterThan(0)
      expect(page.bytes).toEqual(relay.bytes)
      expect(isClose(page.p50Ms, relay.p50Ms), `p50 ${page.p50Ms} ms, relay ${relay.p50Ms} ms`).toBe(true)
      expect(isClose(page.p95Ms, relay.p95Ms), `p95 ${page.p95Ms} ms, relay ${relay.p95Ms} ms`).toBe(true)
    },
  )
})
