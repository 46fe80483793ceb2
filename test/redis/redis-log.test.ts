import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { openLink } from '../../src/link/link.ts'
import { RedisStore } from '../../src/server/store/redis/redis-store.ts'
import { logContract } from '../contracts/log.contract.ts'
import { unlimitedBytes } from '../support/log-options.ts'
import { LONG } from '../support/long.ts'
import { describeWithRedis, launchRedis, startRedis, type TestRedis } from '../support/redis.ts'

describeWithRedis('Redis', () => {
  let redis: TestRedis
  let rooms = 0
  beforeAll(async () => void (redis = await launchRedis()))
  afterAll(() => redis.stop())

  const silent = { warn: () => undefined, debug: () => undefined }
  const openLog = async (
    options: { historyEvents: number; retainEvents: number },
    name = `room-${++rooms}`,
    { url }: Pick<TestRedis, 'url'> = redis,
  ) => {
    const members = { leaseMs: 60_000, renames: 1, maxMembers: 100 }
    const store = await RedisStore.open({ ...unlimitedBytes(), ...options, ...members, url, prefix: 'log' }, silent)
    const room = store.room(name)
    onTestFinished(async () => {
      room.log.close()
      await store.close()
    })
    await room.open()
    return room.log
  }

  logContract('RedisLog', (options) => openLog(options))

  it('has the same events, order and cursors on two servers', async () => {
    const options = { historyEvents: 100, retainEvents: 1000 }
    const logs = [await openLog(options, 'shared'), await openLog(options, 'shared')] as const
    const start = logs[0].head
    expect(logs[1].head).toBe(start)
    const reader = { isOver: false }
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => {
        const log = i % 2 ? logs[0] : logs[1]
        return log.append({ type: 'notice', id: `notice-${i}`, text: String(i) })
      }),
    )
    // Whichever server has read less has to learn that the other one's cursor is good.
    expect(await logs[0].catchUpTo(logs[1].head, 1000, reader)).toBe(true)
    expect(await logs[1].catchUpTo(logs[0].head, 1000, reader)).toBe(true)
    expect(logs[1].head).toBe(logs[0].head)
    expect(logs[1].read(start)).toEqual(logs[0].read(start))
    expect(logs[0].read(start).events).toHaveLength(60)
  })

  it('knows each cursor of another server while it loads a new epoch slowly', LONG, async () => {
    const own = await startRedis()
    const link = await openLink({ to: { port: own.port }, profile: { delayMs: 40 } })
    onTestFinished(() => link.close())
    const options = { historyEvents: 100, retainEvents: 1000 }
    const near = await openLog(options, 'slow', own)
    const far = await openLog(options, 'slow', { url: `redis://127.0.0.1:${link.port}` })
    await near.append({ type: 'notice', id: 'before', text: 'before' })
    expect(await far.catchUpTo(near.head, 5000, { isOver: false })).toBe(true)
    // The append falls into each step of the load, which takes some round trips.
    for (let pauseMs = 0; pauseMs <= 240; pauseMs += 20) {
      await own.client.flushall()
      await near.append({ type: 'notice', id: `first-${pauseMs}`, text: 'first' })
      await sleep(pauseMs)
      await near.append({ type: 'notice', id: `second-${pauseMs}`, text: 'second' })
      const isKnown = await far.catchUpTo(near.head, 5000, { isOver: false })
      expect([pauseMs, isKnown, far.read(near.head).reset]).toEqual([pauseMs, true, undefined])
    }
  })

  it('stores an id once when two servers receive it', async () => {
    const options = { historyEvents: 100, retainEvents: 1000 }
    const logs = [await openLog(options, 'once'), await openLog(options, 'once')] as const
    const entry = { type: 'notice', id: 'the-same-id', text: 'once' } as const
    const [first, second] = await Promise.all(logs.map((log) => log.append(entry)))
    expect([first?.isNew, second?.isNew].sort()).toEqual([false, true])
    expect(second?.event).toEqual(first?.event)
  })

  it('retains only the configured events in Redis', async () => {
    const log = await openLog({ historyEvents: 10, retainEvents: 100 }, 'trimmed')
    for (let i = 0; i < 300; i++) await log.append({ type: 'notice', id: `notice-${i}`, text: 'x' })
    const length = await redis.client.xlen('log:{trimmed}:log')
    expect(length).toBeGreaterThanOrEqual(100)
    expect(length).toBeLessThan(200)
    expect(await redis.client.hlen('log:{trimmed}:ids')).toBe(length)
    expect(await log.find('notice-0')).toBeNull()
    expect(await log.find('notice-299')).toMatchObject({ seq: 300 })
  })

  it('gives the same history to a server that starts later', async () => {
    const options = { historyEvents: 5, retainEvents: 3000 }
    const log = await openLog(options, 'later')
    await Promise.all(
      Array.from({ length: 2500 }, (_, i) => log.append({ type: 'notice', id: `notice-${i}`, text: 'x' })),
    )
    const later = await openLog(options, 'later')
    expect(later.read(null)).toEqual(log.read(null))
    const [epoch] = later.head.split('.')
    expect(later.read(`${epoch}.0`).events.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1))
  })
})
