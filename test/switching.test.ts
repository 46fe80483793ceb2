import { describe, expect, it } from 'vitest'
import { openLink } from '../src/link/link.ts'
import { seededRandom } from '../src/random.ts'
import { TRANSPORTS, type RoomEvent } from '../src/protocol.ts'
import { nodeNet } from '../src/terminal/net.ts'
import { person, startPlayground, watch } from './playground.ts'

const SWITCHES = 200
const WRITERS = 10
const MESSAGES_EACH = 520
const DELAY_MS = 2

describe('switching transports under load', () => {
  it(`brings ${WRITERS * MESSAGES_EACH} messages to everybody once and in order, over ${SWITCHES} switches each`, async () => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))
    console.log(`SEED=${seed}`)
    const random = seededRandom(seed)
    const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const playground = await startPlayground({ retain: 100_000 })
    const link = await openLink({ to: { port: playground.port }, profile: { delayMs: DELAY_MS }, seed })
    const far = { ...playground, net: nodeNet(link.url) }

    const members = []
    for (let i = 0; i < WRITERS + 2; i++) members.push(await person(playground, `member-${i}`))
    const { log } = playground.rooms.get('lobby')
    const start = log.head
    const watchers = members.map((member) =>
      watch(far, member, any(TRANSPORTS), { cursor: start, knobs: { intervalMs: 20 } }),
    )
    const switches = watchers.map(() => 0)

    // Each member switches at random moments: in mid-poll, in mid-send, before a line is open.
    const switching = watchers.map(async ({ session }, i) => {
      while ((switches[i] ?? 0) < SWITCHES) {
        await new Promise((resolve) => setTimeout(resolve, random() * 50))
        const other = any(TRANSPORTS.filter((name) => name !== session.transport))
        session.use(other)
        switches[i] = (switches[i] ?? 0) + 1
      }
    })
    const writers = watchers.slice(0, WRITERS)
    for (let n = 0; n < MESSAGES_EACH; n++) {
      for (const [i, { session }] of writers.entries()) session.send(`${i}:${n}`)
    }

    await Promise.all(switching)
    const total = WRITERS * MESSAGES_EACH
    for (const { texts } of watchers)
      await expect.poll(() => texts().length, { timeout: 60_000, interval: 100 }).toBe(total)
    await link.close()

    const truth: RoomEvent[] = []
    for (let cursor = start, more = true; more;) {
      const batch = log.read(cursor)
      truth.push(...batch.events)
      cursor = batch.cursor
      more = batch.more ?? false
    }
    expect(truth.every(({ type }) => type === 'message')).toBe(true)
    expect(truth).toHaveLength(total)
    for (const { events, resets } of watchers) {
      expect(resets()).toBe(0)
      expect(events).toEqual(truth)
    }
    for (const i of writers.keys()) {
      const said = truth.flatMap((event) =>
        event.type === 'message' && event.text.startsWith(`${i}:`) ? [event.text] : [],
      )
      expect(said).toEqual(Array.from({ length: MESSAGES_EACH }, (_, n) => `${i}:${n}`))
    }
    expect(Math.min(...switches)).toBe(SWITCHES)
  }, 120_000)
})
