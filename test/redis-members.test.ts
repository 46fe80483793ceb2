import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { RedisStore } from '../src/server/redis/redis-store.ts'
import { membersContract } from './members.contract.ts'
import { describeWithRedis, launchRedis, type TestRedis } from './redis.ts'

describeWithRedis('Redis', () => {
  let redis: TestRedis
  let rooms = 0
  beforeAll(async () => void (redis = await launchRedis()))
  afterAll(() => redis.stop())

  membersContract('RedisMembers', async (options) => {
    const name = `room-${++rooms}`
    const open = async () => {
      const all = { ...options, historyEvents: 1000, retainEvents: 1000, url: redis.url, prefix: 'members' }
      const store = await RedisStore.open(all, { warn: console.warn, debug: () => undefined })
      const room = store.room(name)
      onTestFinished(async () => {
        room.log.close()
        room.close()
        await store.close()
      })
      await room.open()
      return room
    }
    return [await open(), await open()]
  })
})
