import { expect, it } from 'vitest'
import { transports } from '../../src/client/transports/index.ts'
import type { Batch, TransportName } from '../../src/protocol.ts'
import { collect, draft, person, startPlayground, type TestPlayground } from '../support/playground.ts'
import { ask } from '../support/raw-request.ts'
import { describeWithRedis, startRedis } from '../support/redis.ts'

const post = (playground: TestPlayground, room: string, token: string, text: string) =>
  ask(playground, `/rooms/${room}/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: draft(text),
  })

describeWithRedis('with Redis', () => {
  it('reading unknown rooms stores nothing in Redis and keeps no room', async () => {
    const redis = await startRedis()
    const playground = await startPlayground({ store: redis.url })
    const paths = [
      'short-poll',
      'snapshot-poll',
      'members',
      'short-poll?after=00000000.0',
      'long-poll?holdMs=10&after=00000000.0',
    ]
    for (let i = 0; i < 20; i++) {
      for (const path of paths) {
        expect([200, 204]).toContain((await ask(playground, `/rooms/unknown-${i}/${path}`)).status)
      }
    }
    // This stream wakes the server's blocking read, and is no room.
    expect((await redis.client.keys('*')).filter((key) => !key.includes(':wake:'))).toEqual([])
    expect([...playground.rooms.all]).toEqual([])
  })

  it.each<TransportName>(['short-poll', 'long-poll', 'sse', 'websocket', 'socket-io'])(
    'a reader that waits by %s gets the first event of a room that another server creates, without a reset',
    async (transport) => {
      const redis = await startRedis()
      const [here, there] = [await startPlayground({ store: redis.url }), await startPlayground({ store: redis.url })]
      const line = transports[transport].open({
        net: here.net,
        room: 'later',
        token: null,
        tuning: { intervalMs: 20, holdMs: 300 },
      })
      let opened: () => void = () => undefined
      const opening = new Promise<void>((resolve) => (opened = resolve))
      const reading = collect(
        (signal) => line.receive(null, signal, opened),
        (events) => events.length > 0,
      )
      await opening
      const ada = await person(there, 'ada', 'later')
      const { events, batches } = await reading
      expect(events).toMatchObject([{ type: 'joined', member: ada.member }])
      expect(batches.filter(({ reset }) => reset)).toEqual([])
    },
  )

  it('at the limit of rooms, an answer has the history or is 503, and is never empty', async () => {
    const redis = await startRedis()
    const writer = await startPlayground({ store: redis.url })
    const rooms = Array.from({ length: 40 }, (_, i) => `room-${i}`)
    for (const room of rooms) await post(writer, room, (await person(writer, undefined, room)).token, 'stored')
    const reader = await startPlayground({ store: redis.url, maxRooms: 5 })
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(rooms.map((room) => ask(reader, `/rooms/${room}/short-poll`)))
      for (const { status, body } of answers) {
        if (status === 503) continue
        expect(status).toBe(200)
        expect((body as Batch).events).toMatchObject([{ type: 'joined' }, { text: 'stored' }])
      }
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    }
    expect(reader.rooms.size).toBeLessThanOrEqual(5)
  })

  it('the history of a room is limited in bytes in Redis and in each server, and a reader behind it gets reset', async () => {
    const redis = await startRedis()
    const playground = await startPlayground({ store: redis.url, retainBytes: 65_536 })
    const ada = await person(playground)
    for (let i = 0; i < 60; i++) await post(playground, 'lobby', ada.token, '😀'.repeat(1000))
    const entries = await redis.client.xrange('playground:{lobby}:log', '-', '+')
    const bytes = entries.reduce((sum, [, fields]) => sum + Buffer.byteLength(fields[7] ?? ''), 0)
    expect(entries.length).toBeGreaterThan(5)
    expect(bytes).toBeLessThanOrEqual(65_536)
    expect(await redis.client.hlen('playground:{lobby}:ids')).toBe(entries.length)
    const behind = await ask(playground, `/rooms/lobby/short-poll?after=${ada.cursor}`)
    expect(behind.body).toMatchObject({ reset: true, cursor: playground.rooms.get('lobby').log.head })
    const later = await startPlayground({ store: redis.url, retainBytes: 65_536 })
    const { body } = await ask(later, '/rooms/lobby/short-poll')
    expect((body as Batch).cursor).toBe(playground.rooms.get('lobby').log.head)
    expect((body as Batch).events.length).toBeGreaterThan(5)
  })
})
