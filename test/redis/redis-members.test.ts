import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { MemberOptions } from '../../src/server/room/member-store.ts'
import { RedisStore } from '../../src/server/store/redis/redis-store.ts'
import type { StoredRoom } from '../../src/server/room/room-store.ts'
import { membersContract } from '../contracts/members.contract.ts'
import { unlimitedBytes } from '../support/log-options.ts'
import { describeWithRedis, launchRedis, startRedis, type TestRedis } from '../support/redis.ts'

/** A room as a separate server sees it. */
async function open(redis: TestRedis, name: string, options: MemberOptions): Promise<StoredRoom> {
  const all = {
    ...unlimitedBytes(),
    ...options,
    historyEvents: 1000,
    retainEvents: 1000,
    url: redis.url,
    prefix: 'members',
  }
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

describeWithRedis('Redis', () => {
  let redis: TestRedis
  let rooms = 0
  beforeAll(async () => void (redis = await launchRedis()))
  afterAll(() => redis.stop())

  membersContract('RedisMembers', async (options) => {
    const name = `room-${++rooms}`
    return [await open(redis, name, options), await open(redis, name, options)]
  })

  it('gives the transports of the members to a server that opens the room later', async () => {
    const name = `room-${++rooms}`
    const options = { leaseMs: 2000, renames: 1, maxMembers: 1000 }
    const [first, second] = [await open(redis, name, options), await open(redis, name, options)]
    const { membership } = await first.members.addMember({ id: 'ada', name: 'ada' }, 'token-ada')
    first.members.markReading(membership, 'sse')
    const transportAt = async ({ members }: StoredRoom) =>
      (await members.readRoster()).map(({ transport }) => transport)
    // Stored, once another server knows of it.
    await expect.poll(() => transportAt(second)).toEqual(['sse'])
    expect(await transportAt(await open(redis, name, options))).toEqual(['sse'])
  })

  it('emptied, reports no member as left who sends while it is filled again', async () => {
    const emptied = await startRedis()
    const room = await open(emptied, 'lobby', { leaseMs: 60_000, renames: 1, maxMembers: 1000 })
    const ids = Array.from({ length: 50 }, (_, i) => `member-${i}`)
    const entered = await Promise.all(ids.map((id) => room.members.addMember({ id, name: id }, `token-${id}`)))
    // As after a restart: the scripts have to be sent again, one after the other, and may overtake each other.
    await emptied.client.multi().flushall().call('SCRIPT', 'FLUSH').exec()
    const said: Promise<unknown>[] = []
    for (let round = 0; round < 10; round++) {
      for (const { membership } of entered) {
        const id = `${membership.member.id}-${round}`
        said.push(room.append(membership, { type: 'message', id, from: membership.member, text: 'still here' }))
        await turn()
      }
    }
    await Promise.all(said)
    expect((await room.members.readRoster()).map(({ id }) => id).sort()).toEqual([...ids].sort())
  })
})
