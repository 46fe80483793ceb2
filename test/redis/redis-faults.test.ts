import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { join } from '../../src/client/members.ts'
import type { Net } from '../../src/client/transports/transport.ts'
import { seededRandom } from '../../src/random.ts'
import type { Joined } from '../../src/protocol.ts'
import type { Config } from '../../src/server/config/settings.ts'
import { LONG } from '../support/long.ts'
import { draft, startPlayground, watch, type TestPlayground, type Watcher } from '../support/playground.ts'
import { describeWithRedis, startRedis, type TestRedis } from '../support/redis.ts'
import { anyOf, HOPPING } from '../support/servers.ts'

/** More for a long run. */
const KILLS = Number(process.env['KILLS'] ?? 2)
const FROZEN_S = Number(process.env['FROZEN_S'] ?? 3)

interface Company {
  servers: TestPlayground[]
  net: Net
  watchers: Watcher[]
  /** What each said, in order; more is said until `hush`. */
  said: string[][]
  hush: () => Promise<void>
}

/** Two servers over one Redis, and a member for each transport that talks all the while, each request at either server. */
async function gather(url: string, config: Partial<Config> = {}): Promise<Company> {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))
  console.log(`SEED=${seed}`)
  const all = { store: url, retain: 100_000, logLevel: 'silent', ...config }
  const servers = [await startPlayground(all), await startPlayground(all)]
  const net = anyOf(
    servers.map(({ base }) => base),
    seededRandom(seed),
  )
  const joined: Joined[] = []
  for (const name of HOPPING) joined.push(await join(net, 'lobby', { name }))
  const [playground] = servers as [TestPlayground]
  const watchers = joined.map((who, i) =>
    watch({ ...playground, net }, who, HOPPING[i] ?? 'websocket', { cursor: joined.at(-1)?.cursor ?? null }),
  )
  const said: string[][] = watchers.map(() => [])
  let isTalking = true
  const talking = watchers.map(async ({ session }, i) => {
    for (let n = 0; isTalking; n++) {
      await sleep(5)
      // As fast as it gets through, and no faster: a queue of what was not sent yet would only be waited for.
      if (session.outbox.length > 5) continue
      session.send(`${i}:${n}`)
      said[i]?.push(`${i}:${n}`)
    }
  })
  const hush = async () => {
    isTalking = false
    await Promise.all(talking)
    for (const { session } of watchers) await expect.poll(() => session.outbox.length, { timeout: 30_000 }).toBe(0)
  }
  onTestFinished(() => void (isTalking = false))
  return { servers, net, watchers, said, hush }
}

/** Everybody has everything once, each writer's words in their order, and all the same order. */
async function expectNothingLost({ watchers, said }: Company): Promise<void> {
  const total = said.flat().length
  for (const { texts } of watchers) await expect.poll(() => texts().length, { timeout: 30_000 }).toBe(total)
  const [first] = watchers
  for (const { texts, resets } of watchers) {
    expect(resets()).toBe(0)
    expect(texts()).toEqual(first?.texts())
  }
  for (const [i, words] of said.entries()) {
    expect(first?.texts().filter((text) => text.startsWith(`${i}:`))).toEqual(words)
  }
}

/** Roster and events describe the same members at both servers and for all members. */
async function expectAllHere({ servers, watchers }: Company): Promise<void> {
  const names = [...HOPPING].sort()
  for (const { rooms } of servers) {
    await expect
      .poll(() =>
        rooms
          .get('lobby')
          .roster.map(({ name }) => name)
          .sort(),
      )
      .toEqual(names)
  }
  for (const { session } of watchers) {
    await expect.poll(() => [...session.roster.values()].map(({ name }) => name).sort()).toEqual(names)
  }
}

const hear = async ({ watchers }: Company, count = 20) => {
  for (const { texts } of watchers) {
    const before = texts().length
    await expect.poll(() => texts().length, { timeout: 30_000 }).toBeGreaterThan(before + count)
  }
}
const epoch = ({ servers }: Company) => servers.map(({ rooms }) => rooms.get('lobby').log.head.split('.')[0])

describeWithRedis('with Redis', () => {
  it(
    'frozen for longer than a lease, makes writes fail with 503 and Retry-After, and no member or message is lost',
    { ...LONG, timeout: 120_000 },
    async () => {
      const redis = await startRedis()
      const company = await gather(redis.url, { lease: 2000 })
      await hear(company)
      // Whichever server's commands Redis takes up first: it must not end the stay of one whom only the other hears of.
      const loyal = await Promise.all(
        company.servers.map(async (server) =>
          watch(server, await join(server.net, 'loyal'), 'websocket', { room: 'loyal' }),
        ),
      )
      // Leases do run out here.
      const [server] = company.servers as [TestPlayground]
      const ghost = await join(server.net, 'loyal', { name: 'ghost' })
      for (const { events } of loyal)
        await expect.poll(() => events.at(-1)).toMatchObject({ type: 'left', member: ghost.member })
      const { token } = await join(server.net, 'aside')
      redis.pause()
      onTestFinished(redis.resume)
      const frozenAt = performance.now()
      const refused = await fetch(`${server.base}/rooms/aside/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(draft('into the ice')),
      })
      expect(refused.status).toBe(503)
      expect(refused.headers.get('retry-after')).toBe('1')
      expect(await refused.json()).toMatchObject({ type: 'store-away', status: 503 })
      const reading = await fetch(`${server.base}/rooms/lobby/short-poll`)
      expect(reading.status).toBe(200)
      await sleep(frozenAt + FROZEN_S * 1000 - performance.now())
      redis.resume()
      await hear(company)
      await company.hush()
      await expectNothingLost(company)
      for (const { events } of company.watchers) expect(events.filter(({ type }) => type !== 'message')).toEqual([])
      await expectAllHere(company)
      for (const { session } of loyal) expect(session.state).toEqual({ name: 'open' })
      console.log(`${company.said.flat().length} messages, ${FROZEN_S} s frozen: none lost, none doubled`)
    },
  )

  it(
    'killed and restarted repeatedly under load with an append-only file, loses no acknowledged message and causes no reset',
    { ...LONG, timeout: 120_000 + KILLS * 10_000 },
    async () => {
      const redis = await startRedis({ appendOnly: true })
      const company = await gather(redis.url)
      await hear(company)
      const before = epoch(company)
      for (let kills = 0; kills < KILLS; kills++) {
        await redis.kill()
        await redis.restart()
        await hear(company)
      }
      await company.hush()
      await expectNothingLost(company)
      await expectAllHere(company)
      expect(epoch(company)).toEqual(before)
      console.log(
        `${company.said.flat().length} messages, ${KILLS} kills with an append-only file: none lost, none doubled`,
      )
    },
  )

  it.each<[string, (redis: TestRedis) => Promise<void>]>([
    [
      'flushed',
      async ({ client }) => {
        await client.flushall()
      },
    ],
    [
      'killed and started again without persistence',
      async (redis) => {
        await redis.kill()
        await redis.restart()
      },
    ],
  ])(
    '%s, causes one reset for each reader, and the chat continues with all members',
    async (_, lose) => {
      const redis = await startRedis()
      const company = await gather(redis.url)
      await hear(company)
      const before = epoch(company)
      await lose(redis)
      for (const { resets } of company.watchers) await expect.poll(resets, { timeout: 30_000 }).toBe(1)
      await hear(company)
      await company.hush()
      await expectAllHere(company)
      await expect.poll(() => new Set(epoch(company)).size).toBe(1)
      expect(epoch(company)).not.toEqual(before)
      const head = await redis.client.hget('playground:{lobby}:meta', 'seq')
      for (const { events, resets } of company.watchers) {
        await expect.poll(() => events.at(-1)?.seq).toBe(Number(head))
        expect(resets()).toBe(1)
        // After the gap, as before it: each event once, in order, and none left out.
        const behind = events.slice(events.findLastIndex(({ seq }, i) => seq <= (events[i - 1]?.seq ?? 0)))
        expect(behind.map(({ seq }) => seq)).toEqual(behind.map((_event, i) => (behind[0]?.seq ?? 0) + i))
        expect(events.filter(({ type }) => type === 'left')).toEqual([])
      }
    },
    60_000,
  )

  it('failed over to a replica without the last events, causes a reset although the epoch is the same', async () => {
    const primary = await startRedis()
    const replica = await startRedis({ replicaOf: primary.port })
    const { url, turnTo } = await startRelay(primary.port)
    const company = await gather(url)
    await hear(company)
    await company.hush()
    const [server] = company.servers as [TestPlayground]
    const { head } = server.rooms.get('lobby').log
    const seq = await primary.client.hget('playground:{lobby}:meta', 'seq')
    await expect.poll(() => replica.client.hget('playground:{lobby}:meta', 'seq')).toBe(seq)
    // Cut off, and promoted later: what comes now it never hears of.
    await replica.client.call('REPLICAOF', 'NO', 'ONE')
    for (const { session } of company.watchers) session.send('lost with the primary')
    for (const { texts } of company.watchers) {
      await expect.poll(() => texts().filter((text) => text.startsWith('lost'))).toHaveLength(HOPPING.length)
    }
    turnTo(replica.port)
    await primary.kill()
    for (const { resets } of company.watchers) await expect.poll(resets, { timeout: 30_000 }).toBe(1)
    for (const { session } of company.watchers) session.send('said to the replica')
    for (const { texts } of company.watchers) {
      await expect
        .poll(() => texts().filter((text) => text.startsWith('said')), { timeout: 30_000 })
        .toHaveLength(HOPPING.length)
    }
    await expectAllHere(company)
    await expect.poll(() => epoch(company)).not.toContain(head.split('.')[0])
  }, 120_000)

  it('absent at the start, leaves the server not ready until Redis answers', async () => {
    const redis = await startRedis()
    await redis.kill()
    const server = await startPlayground({ store: redis.url, logLevel: 'silent' })
    expect((await fetch(`${server.base}/rooms/lobby/short-poll`)).status).toBe(503)
    await redis.restart()
    await expect.poll(async () => (await fetch(`${server.base}/rooms/lobby/short-poll`)).status).toBe(200)
    await join(server.net, 'lobby')
  })
})

/** A relay to one port, and later to another, as an address that moves with a failover. */
async function startRelay(to: number): Promise<{ url: string; turnTo: (port: number) => void }> {
  let target = to
  const sockets = new Set<Socket>()
  const relay = createServer((near) => {
    const far = connect(target, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    relay.close()
  })
  const turnTo = (port: number) => {
    target = port
    for (const socket of sockets) socket.destroy()
  }
  return { url: `redis://127.0.0.1:${(relay.address() as AddressInfo).port}`, turnTo }
}
