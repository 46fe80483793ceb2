// @module-tag long
import { describe, expect, it } from 'vitest'
import { openLink } from '../../src/link/link.ts'
import { seededRandom } from '../../src/random.ts'
import { TRANSPORTS, type RoomEvent } from '../../src/protocol.ts'
import { nodeNet } from '../../src/node/net.ts'
import { person, startPlayground, watch } from '../support/playground.ts'

/** Of these, all but one write too. */
const READERS = 6
const SWITCHES_EACH = 100
const MESSAGES_EACH = 200
/** The events of the server during the switch. */
const NOTICES = 9000
const TOTAL = (READERS - 1) * MESSAGES_EACH + NOTICES
const DELAY_MS = 1

describe('switching transports under load', () => {
  it(`delivers ${TOTAL} events to ${READERS} readers once and in order during ${READERS * SWITCHES_EACH} switches`, async () => {
    const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))
    console.log(`SEED=${seed}`)
    const random = seededRandom(seed)
    const any = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const playground = await startPlayground({ retain: 100_000 })
    const link = await openLink({ to: { port: playground.port }, profile: { delayMs: DELAY_MS }, seed })
    const far = { ...playground, net: nodeNet(link.url) }

    const members = []
    for (let i = 0; i < READERS; i++) members.push(await person(playground, `member-${i}`))
    const { log } = playground.rooms.get('lobby')
    const start = log.head
    const watchers = members.map((member) =>
      watch(far, member, any(TRANSPORTS), { cursor: start, tuning: { intervalMs: 20 } }),
    )
    const switches = watchers.map(() => 0)
    const pairs = new Set<string>()

    // Each member switches at random moments: in mid-poll, in mid-send, before a line is open.
    const switching = watchers.map(async ({ session }, i) => {
      while ((switches[i] ?? 0) < SWITCHES_EACH) {
        await new Promise((resolve) => setTimeout(resolve, random() * 50))
        const others = TRANSPORTS.filter((name) => name !== session.transport)
        const unseen = others.filter((name) => !pairs.has(`${session.transport} → ${name}`))
        const other = any(unseen.length > 0 ? unseen : others)
        pairs.add(`${session.transport} → ${other}`)
        session.use(other)
        switches[i] = (switches[i] ?? 0) + 1
      }
    })
    const writers = watchers.slice(1)
    for (let n = 0; n < MESSAGES_EACH; n++) {
      for (const [i, { session }] of writers.entries()) session.send(`${i}:${n}`)
    }
    // In bursts, so that there is something to miss at every moment.
    for (let n = 0; n < NOTICES;) {
      for (const end = Math.min(n + 40, NOTICES); n < end; n++) {
        await log.append({ type: 'notice', id: `notice-${n}`, text: `${n}` })
      }
      await new Promise((resolve) => setTimeout(resolve, random() * 20))
    }

    await Promise.all(switching)
    for (const { events } of watchers)
      await expect.poll(() => events.length, { timeout: 60_000, interval: 100 }).toBe(TOTAL)
    await link.close()

    const truth: RoomEvent[] = []
    for (let cursor = start, more = true; more;) {
      const batch = log.read(cursor)
      truth.push(...batch.events)
      cursor = batch.cursor
      more = batch.more ?? false
    }
    expect(truth).toHaveLength(TOTAL)
    expect(new Set(truth.map(({ type }) => type))).toEqual(new Set(['message', 'notice']))
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
    expect(Math.min(...switches)).toBe(SWITCHES_EACH)
    expect(pairs.size).toBe(TRANSPORTS.length * (TRANSPORTS.length - 1))
  }, 120_000)
})
