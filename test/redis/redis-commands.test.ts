// @module-tag long
import { expect, it } from 'vitest'
import { transports } from '../../src/client/transports/index.ts'
import type { RoomEvent } from '../../src/protocol.ts'
import { collect, draft, person, startPlayground, textsOf } from '../support/playground.ts'
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts'

const EVENTS = 10
/** What one renewal of leases runs within Redis. */
const CALLS_PER_RENEWAL = 20
const SIZES = [10, 100, 1000] as const

interface Sent {
  /** Scripts that were run, and reads of the streams. */
  scripts: number
  reads: number
  /** All commands, those that scripts run within Redis among them. */
  all: number
}

async function sent({ client }: TestRedis): Promise<Sent> {
  const info = await client.info('commandstats')
  const calls = [...info.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)].map(
    ([, name, count]) => [name, Number(count)] as const,
  )
  const of = (wanted: string) => calls.find(([name]) => name === wanted)?.[1] ?? 0
  return {
    scripts: of('evalsha') + of('eval'),
    reads: of('xread'),
    all: calls.reduce((sum, [, count]) => sum + count, 0),
  }
}

describeWithRedis('Redis', () => {
  it(`receives the same number of commands for ${EVENTS} events with ${SIZES.join(', ')} clients`, async () => {
    const perSize = []
    for (const size of SIZES) {
      const redis = await startRedis()
      // Leases are renewed four times in each; the window below takes less than one of those.
      const playground = await startPlayground({ store: redis.url, lease: 3_600_000, maxMembers: 2000 })
      const members = []
      for (let i = 0; i < size; i++) members.push(await person(playground, `member-${i}`))
      const [speaker] = members as [(typeof members)[number]]
      const { head } = playground.rooms.get('lobby').log
      const upstream = transports['long-poll'].open(speaker.context)
      const readers = members.map((member, i) => {
        const line = transports[i % 2 ? 'long-poll' : 'websocket'].open(member.context)
        let opened: () => void = () => undefined
        const opening = new Promise<void>((resolve) => (opened = resolve))
        const isAll = (events: RoomEvent[]) => textsOf(events).length >= EVENTS
        const reading = collect((signal) => line.receive(head, signal, opened), isAll)
        return { opening, reading }
      })
      await Promise.all(readers.map(({ opening }) => opening))
      const before = await sent(redis)
      const startedAt = performance.now()
      for (let i = 0; i < EVENTS; i++) await upstream.send(draft(`message ${i}`), new AbortController().signal)
      const seen = await Promise.all(readers.map(({ reading }) => reading))
      const durationS = (performance.now() - startedAt) / 1000
      const after = await sent(redis)
      for (const { events } of seen) expect(textsOf(events)).toHaveLength(EVENTS)
      perSize.push({
        size,
        durationS,
        scripts: after.scripts - before.scripts,
        reads: after.reads - before.reads,
        all: after.all - before.all,
      })
      await playground.close()
      await redis.stop()
    }
    console.table(perSize)
    const [fewest] = perSize
    for (const { durationS, scripts, reads, all } of perSize) {
      // One script an event, and one for leases each 5 s; one read an event, and one each 2 s that brings nothing.
      expect(scripts).toBeGreaterThanOrEqual(EVENTS)
      expect(scripts).toBeLessThanOrEqual(EVENTS + 1 + durationS / 5)
      expect(reads).toBeLessThanOrEqual(EVENTS + 2 + durationS / 2)
      expect(all).toBeLessThanOrEqual((fewest?.all ?? 0) + (1 + durationS / 2) * CALLS_PER_RENEWAL)
    }
  }, 120_000)
})
