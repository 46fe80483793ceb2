// @module-tag long
import { expect, it, onTestFinished } from 'vitest'
import { join, leave, readRoster } from '../../src/client/members.ts'
import { Session } from '../../src/client/session.ts'
import type { Net } from '../../src/client/transports/transport.ts'
import { seededRandom } from '../../src/random.ts'
import type { Joined, RoomEvent, TransportName } from '../../src/protocol.ts'
import { nodeNet } from '../../src/node/net.ts'
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts'
import { anyOf, HOPPING, launchServer } from '../support/servers.ts'

const WRITERS = 20
const MESSAGES_EACH = Number(process.env['MESSAGES_EACH'] ?? 200)
const LEASE_MS = 5000
/** Of three one is killed at a quarter of the messages, and two bring the rest; two from the beginning by SERVERS=2. */
const COMPANIES = process.env['SERVERS'] === '2' ? [{ servers: 2, killed: 0 }] : [{ servers: 3, killed: 1 }]

interface Stay {
  joined: Joined
  session: Session
  events: RoomEvent[]
  resets: number
}

function follow(net: Net, joined: Joined, transport: TransportName): Stay {
  const events: RoomEvent[] = []
  const stay: Stay = {
    joined,
    events,
    resets: 0,
    session: new Session({
      net,
      room: 'lobby',
      member: joined.member,
      token: joined.token,
      transport,
      cursor: joined.cursor,
      tuning: { intervalMs: 50 },
      observer: {
        events: (batch, isReset) => {
          if (isReset) stay.resets += 1
          events.push(...batch)
        },
      },
    }),
  }
  onTestFinished(() => stay.session.close())
  return stay
}

/** All events of the room, as Redis has them. */
async function stored({ client }: TestRedis): Promise<RoomEvent[]> {
  const entries = await client.xrange('playground:{lobby}:log', '-', '+')
  return entries.flatMap(([, fields]) => {
    const at = (name: string) => fields[fields.indexOf(name) + 1] ?? ''
    return fields[0] === 's'
      ? [{ ...(JSON.parse(at('e')) as RoomEvent), seq: Number(at('s')), at: Number(at('a')) }]
      : []
  })
}

const textsOf = (events: readonly RoomEvent[]) =>
  events.flatMap((event) => (event.type === 'message' ? [event.text] : []))
const leftOf = (events: readonly RoomEvent[]) =>
  events.flatMap((event) => (event.type === 'left' ? [`${event.member.name} ${event.reason}`] : [])).sort()

describeWithRedis('several servers', () => {
  it.each(COMPANIES)(
    `deliver ${WRITERS * MESSAGES_EACH} messages of ${WRITERS} writers in one room with $servers servers, $killed of them killed`,
    async ({ servers, killed }) => {
      const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))
      console.log(`SEED=${seed}`)
      const random = seededRandom(seed)
      const redis = await startRedis()
      const settings = ['--store', redis.url, '--retain', '100000', '--lease', String(LEASE_MS), '--log-level', 'error']
      const running = await Promise.all(Array.from({ length: servers }, () => launchServer(...settings)))
      const bases = running.map(({ base }) => base)
      const net = anyOf(bases, random)

      const stays: Stay[] = []
      for (let i = 0; i < WRITERS + 4; i++) {
        const joined = await join(net, 'lobby', { name: `member-${i}` })
        stays.push(follow(net, joined, HOPPING[i % HOPPING.length] ?? 'websocket'))
      }
      const writers = stays.slice(0, WRITERS)
      const [asking, vanishing, ...staying] = stays.slice(WRITERS) as [Stay, Stay, ...Stay[]]
      for (let n = 0; n < MESSAGES_EACH; n++) {
        for (const [i, { session }] of writers.entries()) session.send(`${i}:${n}`)
      }
      const total = WRITERS * MESSAGES_EACH

      await expect.poll(() => textsOf(staying[0]?.events ?? []).length, { timeout: 120_000 }).toBeGreaterThan(total / 4)
      for (const { child } of running.slice(servers - killed)) child.kill('SIGKILL')
      bases.splice(servers - killed)
      await leave(net, 'lobby', asking.joined.token)
      // It is gone without a close, like a closed laptop.
      vanishing.session.close()

      for (const { events } of [...writers, ...staying]) {
        await expect.poll(() => textsOf(events).length, { timeout: 120_000, interval: 100 }).toBe(total)
        await expect.poll(() => leftOf(events), { timeout: 3 * LEASE_MS }).toHaveLength(2)
      }

      const truth = await stored(redis)
      expect(truth.map(({ seq }) => seq)).toEqual(truth.map((_, i) => i + 1))
      for (const [i] of writers.entries()) {
        const said = textsOf(truth).filter((text) => text.startsWith(`${i}:`))
        expect(said).toEqual(Array.from({ length: MESSAGES_EACH }, (_, n) => `${i}:${n}`))
      }
      for (const { joined, events, resets } of [...writers, ...staying]) {
        expect(resets).toBe(0)
        expect(events).toEqual(truth.slice(Number(joined.cursor.split('.')[1])))
      }
      expect(leftOf(truth)).toEqual([`${asking.joined.member.name} asked`, `${vanishing.joined.member.name} lease`])

      const here = [...writers, ...staying].map(({ joined }) => joined.member.name).sort()
      for (const base of bases) {
        expect((await readRoster(nodeNet(base), 'lobby')).map(({ name }) => name).sort()).toEqual(here)
      }
      for (const { session } of [...writers, ...staying]) {
        expect([...session.roster.values()].map(({ name }) => name).sort()).toEqual(here)
      }
    },
    300_000,
  )
})
