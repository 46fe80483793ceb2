import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import type { ClientTransport, ProblemError } from '../../src/client/transports/transport.ts'
import { transports } from '../../src/client/transports/index.ts'
import { LIMITS, type TransportName } from '../../src/protocol.ts'
import type { Config } from '../../src/server/config/settings.ts'
import { collect, draft, person, textsOf, type Person, type TestPlayground } from '../support/playground.ts'

/** The contract of every transport, through real sockets. `start` makes a new server for each test. */
export function transportContract(
  name: TransportName,
  start: (config?: Partial<Config>) => Promise<TestPlayground>,
): void {
  const open = (who: Person) => transports[name].open(who.context)
  const isSpectator = transports[name].isSpectator ?? false
  const spectate = ({ net }: TestPlayground) =>
    transports[name].open({ net, room: 'lobby', token: null, tuning: { intervalMs: 20, holdMs: 25_000 } })
  const never = new AbortController().signal
  const ignore = () => undefined

  const post = async (who: Person, ...texts: string[]) => {
    for (const text of texts) await transports['short-poll'].open(who.context).send(draft(text), never)
  }
  /** The first `count` texts that a reader gets after a cursor. */
  const read = async (who: Person, cursor: string | null, count: number) => {
    const line = open(who)
    const seen = await collect(
      (signal) => line.receive(cursor, signal, ignore),
      (events) => textsOf(events).length >= count,
    )
    return textsOf(seen.events)
  }
  /** Reads until it has the expected events, and posts as soon as the connection is open. */
  const converse = async (line: ClientTransport, cursor: string, last: string, talk: () => Promise<void>) => {
    const talks: Promise<void>[] = []
    const { events } = await collect(
      (signal) =>
        line.receive(cursor, signal, () => {
          if (talks.length === 0) talks.push(talk())
        }),
      async (seen) => {
        if (!textsOf(seen).includes(last)) return false
        // The message may arrive before its acknowledgement, on the same connection.
        await Promise.all(talks)
        return true
      },
    )
    return textsOf(events)
  }
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => `message ${i + 1}`)

  describe(`${name} follows a room`, () => {
    it('delivers a history of 1 MB in batches of at most 256 kB', async () => {
      const playground = await start()
      const ada = await person(playground, 'ada')
      const texts = Array.from({ length: 90 }, (_, i) => `${i}`.padEnd(LIMITS.textLength, '\u0001'))
      await post(ada, ...texts)
      for (const cursor of [null, ada.cursor]) {
        const line = open(ada)
        const { events, batches } = await collect(
          (signal) => line.receive(cursor, signal, ignore),
          (seen) => textsOf(seen).length >= texts.length,
        )
        expect(textsOf(events)).toEqual(texts)
        const sizes = batches.map((batch) => Buffer.byteLength(JSON.stringify(batch)))
        expect(Math.max(...sizes)).toBeLessThan(LIMITS.batchBytes + 1000)
      }
    })

    it('delivers the history at once to a spectator without a cursor', async () => {
      const playground = await start()
      await post(await person(playground, 'ada'), 'one', 'two')
      const line = spectate(playground)
      const { events, batches } = await collect(
        (signal) => line.receive(null, signal, ignore),
        () => true,
      )
      expect(events.map((event) => event.type)).toEqual(['joined', 'message', 'message'])
      expect(batches[0]?.cursor).toBe(playground.rooms.get('lobby').log.head)
    })

    it('delivers an empty history with the next cursor', async () => {
      const playground = await start()
      const line = spectate(playground)
      const { batches } = await collect(
        (signal) => line.receive(null, signal, ignore),
        () => true,
      )
      expect(batches).toEqual([{ cursor: playground.rooms.get('lobby').log.head, events: [] }])
    })

    it('delivers new messages in order', async () => {
      const playground = await start()
      const [ada, ben] = [await person(playground, 'ada'), await person(playground, 'ben')]
      const reading = read(ben, ben.cursor, 30)
      await post(ada, ...numbers(30))
      expect(await reading).toEqual(numbers(30))
    })

    it('catches up after any cursor in pages', async () => {
      const playground = await start()
      const ada = await person(playground, 'ada')
      const { log } = playground.rooms.get('lobby')
      const cursors = [log.head]
      const total = LIMITS.batchEvents + 20
      for (const text of numbers(total)) {
        await post(ada, text)
        cursors.push(log.head)
      }
      for (const position of [0, 1, 19, 20, 21, total - 1]) {
        expect(await read(ada, cursors[position] ?? null, total - position)).toEqual(numbers(total).slice(position))
      }
    })

    it('delivers reset for an unknown cursor and continues after it', async () => {
      const playground = await start({ retain: 5, history: 3 })
      const ada = await person(playground, 'ada')
      await post(ada, ...numbers(12))
      const line = open(ada)
      const posts: Promise<void>[] = []
      const seen = await collect(
        (signal) => line.receive(ada.cursor, signal, ignore),
        (events) => {
          if (posts.length === 0) posts.push(post(ada, 'afterwards'))
          return textsOf(events).includes('afterwards')
        },
      )
      await Promise.all(posts)
      expect(seen.batches[0]?.reset).toBe(true)
      expect(textsOf(seen.events)).toEqual(['message 10', 'message 11', 'message 12', 'afterwards'])
    })

    it('serves many readers, each from its own cursor', async () => {
      const playground = await start()
      const ada = await person(playground, 'ada')
      await post(ada, ...numbers(3))
      const later = playground.rooms.get('lobby').log.head
      const early = Array.from({ length: 8 }, () => read(ada, ada.cursor, 6))
      const late = Array.from({ length: 8 }, () => read(ada, later, 3))
      await post(ada, 'message 4', 'message 5', 'message 6')
      for (const texts of await Promise.all(early)) expect(texts).toEqual(numbers(6))
      for (const texts of await Promise.all(late)) expect(texts).toEqual(numbers(6).slice(3))
    })

    it('delivers a private message to its two members only, and moves the cursor of all others past it', async () => {
      const playground = await start()
      const [ada, ben, eve] = [
        await person(playground, 'ada'),
        await person(playground, 'ben'),
        await person(playground, 'eve'),
      ]
      const lines = [ada, ben, eve].map((who) => read(who, ada.cursor, isSpectator || who === eve ? 1 : 2))
      const spectating = collect(
        (signal) => spectate(playground).receive(ada.cursor, signal, ignore),
        (events) => textsOf(events).includes('for all'),
      )
      const upstream = transports['short-poll'].open(ada.context)
      await upstream.send(draft('for ben', ben.member.id), never)
      await upstream.send(draft('for all'), never)
      const between = isSpectator ? ['for all'] : ['for ben', 'for all']
      expect(await Promise.all(lines)).toEqual([between, between, ['for all']])
      const spectated = await spectating
      expect(textsOf(spectated.events)).toEqual(['for all'])
      expect(spectated.batches.at(-1)?.cursor).toBe(playground.rooms.get('lobby').log.head)
    })

    it('moves the cursor of a reader within a heartbeat past private messages of others that no other event follows', async () => {
      // A busy machine has to deliver each heartbeat within two and a half of these.
      const playground = await start({ heartbeat: 1500 })
      const [ada, ben] = [await person(playground, 'ada'), await person(playground, 'ben')]
      const eve = await person(playground, 'eve', 'lobby', { holdMs: 100 })
      const { log } = playground.rooms.get('lobby')
      let talking: Promise<unknown> | null = null
      const talk = () =>
        (talking ??= transports['short-poll'].open(ada.context).send(draft('for ben', ben.member.id), never))
      const { events } = await collect(
        (signal) => open(eve).receive(eve.cursor, signal, () => void talk()),
        async (_events, batches) => {
          await talk()
          return batches.at(-1)?.cursor === log.head
        },
      )
      expect(textsOf(events)).toEqual([])
    })

    it('acknowledges drafts with their number and stores a repeated draft once', async () => {
      const playground = await start()
      const ada = await person(playground, 'ada')
      const line = open(ada)
      const drafts = [draft('first'), draft('second')] as const
      const texts = await converse(line, ada.cursor, 'last', async () => {
        const first = await line.send(drafts[0], never)
        const again = await line.send(drafts[0], never)
        const second = await line.send(drafts[1], never)
        expect(again).toEqual(first)
        expect(second.seq).toBe(first.seq + 1)
        await line.send(draft('last'), never)
      })
      expect(texts).toEqual(['first', 'second', 'last'])
    })

    it('refuses a draft with the field and the limit, and keeps the connection open', async () => {
      const playground = await start()
      const ada = await person(playground, 'ada')
      const line = open(ada)
      const refusals: unknown[] = []
      await converse(line, ada.cursor, 'still here', async () => {
        const bad = [draft('x'.repeat(LIMITS.textLength + 1)), { ...draft('x'), id: 'short' }, draft('x', 'nobody')]
        for (const each of bad) {
          await line.send(each, never).catch((error: unknown) => refusals.push((error as ProblemError).problem))
        }
        await line.send(draft('still here'), never)
      })
      expect(refusals).toMatchObject([
        { status: 400, limit: LIMITS.textLength },
        { status: 400, type: 'invalid' },
        { status: 404, field: 'to' },
      ])
      expect((refusals as { field: string }[]).map(({ field }) => field.split('.').at(-1))).toEqual([
        'text',
        'id',
        'to',
      ])
    })

    it(`refuses to read ${isSpectator ? 'for an unknown member' : 'with an unknown token'}`, async () => {
      const playground = await start()
      const ada = await person(playground, 'ada')
      const line = transports[name].open({ ...ada.context, token: 'A'.repeat(22), memberId: 'nobody' })
      const reading = collect(
        (signal) => line.receive(null, signal, ignore),
        () => true,
      )
      // Without a token, a member that never existed and a member that left look the same.
      await expect(reading).rejects.toMatchObject({ problem: { status: isSpectator ? 410 : 401 } })
    })

    it('reports at once that the server ended the member', async () => {
      const playground = await start()
      const [ada, ben] = [await person(playground, 'ada'), await person(playground, 'ben')]
      const line = open(ada)
      const posts: Promise<void>[] = []
      const reading = collect(
        (signal) =>
          line.receive(ben.cursor, signal, () => {
            if (posts.length === 0) posts.push(post(ada, '/close'))
          }),
        () => false,
      )
      await expect(reading).rejects.toMatchObject({ problem: { status: 410 } })
      await Promise.all(posts)
      expect(playground.rooms.get('lobby').roster).toEqual([ben.member])
    })

    it('leaves no waiter, listener or timer behind when it is aborted', async () => {
      const playground = await start()
      const ada = await person(playground, 'ada')
      const { log } = playground.rooms.get('lobby')
      const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
      const before = timers()
      for (let i = 0; i < 5; i++) {
        const line = new AbortController()
        await new Promise<void>((opened) => {
          collect(
            () => open(ada).receive(ada.cursor, line.signal, opened),
            () => false,
          ).catch(ignore)
        })
        line.abort(new Error('over'))
        await expect.poll(() => getEventListeners(line.signal, 'abort')).toHaveLength(0)
      }
      await expect.poll(() => log.waiting).toBe(0)
      // Leases of members are timers, too, and were there before.
      await expect.poll(timers).toBeLessThanOrEqual(before + 2)
    })

    it('gets its answer and ends when the server closes', async () => {
      const playground = await start()
      const ada = await person(playground, 'ada')
      let opened: () => void = ignore
      const opening = new Promise<void>((resolve) => (opened = resolve))
      const reading = collect(
        (signal) => open(ada).receive(ada.cursor, signal, opened),
        () => false,
      ).catch((error: unknown) => error)
      await opening
      await playground.close()
      expect(await reading).toBeInstanceOf(Error)
    })
  })
}
