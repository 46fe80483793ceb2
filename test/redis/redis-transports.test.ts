// @module-tag long
import { afterAll, beforeAll } from 'vitest'
import { TRANSPORTS } from '../../src/protocol.ts'
import { startPlayground } from '../support/playground.ts'
import { describeWithRedis, launchRedis, type TestRedis } from '../support/redis.ts'
import { transportContract } from '../contracts/transport.contract.ts'

describeWithRedis('with Redis', () => {
  let redis: TestRedis
  let servers = 0
  beforeAll(async () => void (redis = await launchRedis()))
  afterAll(() => redis.stop())

  for (const name of TRANSPORTS) {
    transportContract(name, async (config) => {
      const playground = await startPlayground({ ...config, store: redis.url, storePrefix: `server-${++servers}` })
      await playground.rooms.get('lobby').open()
      return playground
    })
  }
})
