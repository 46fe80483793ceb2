import { describe, expect, it } from 'vitest'
import { LIMITS, type Cursor } from '../../src/protocol.ts'
import type { EncodedBatch } from '../../src/server/log/encoded-batch.ts'
import type { Entry, Log } from '../../src/server/log/log.ts'
import { ReaderConnection } from '../../src/server/room/membership.ts'
import { readNext, Subscription } from '../../src/server/log/subscription.ts'

export interface LogOptions {
  historyEvents: number
  retainEvents: number
}

/** The contract of every log. `open` makes an empty log, and cleans up after the test. */
export function logContract(name: string, open: (options: LogOptions) => Promise<Log>): void {
  const entry = (id: string, text = id): Entry => ({ type: 'message', id, from: { id: 'm1', name: 'ada' }, text })
  const fill = async (log: Log, count: number, prefix = 'event') => {
    for (let i = 1; i <= count; i++) await log.append(entry(`${prefix}-${i}`))
  }
  const ids = (log: Log, cursor: Cursor | null) => log.read(cursor).events.map((event) => event.id)
  const empty = (options: Partial<LogOptions> = {}) => open({ historyEvents: 100, retainEvents: 1000, ...options })

  describe(`${name} is a log`, () => {
    it('numbers events in one order without gaps', async () => {
      const log = await empty()
      await fill(log, 5)
      expect(log.read(null).events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5])
    })

    it('stores concurrent appends in the order of the calls', async () => {
      const log = await empty()
      const appended = await Promise.all(Array.from({ length: 50 }, (_, i) => log.append(entry(`event-${i + 1}`))))
      expect(appended.map(({ event }) => event.seq)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    })

    it('stores an id once and returns the first event for a repeated append', async () => {
      const log = await empty()
      const first = await log.append(entry('same-id', 'one'))
      const second = await log.append(entry('same-id', 'two'))
      expect(first.isNew).toBe(true)
      expect(second).toEqual({ event: first.event, isNew: false })
      expect(log.read(null).events).toHaveLength(1)
    })

    it('finds a retained event by its id', async () => {
      const log = await empty()
      const { event } = await log.append(entry('wanted'))
      expect(await log.find('wanted')).toEqual(event)
      expect(await log.find('unknown')).toBeNull()
    })

    it('reads the events after any cursor', async () => {
      const log = await empty()
      const cursors = [log.head]
      for (let i = 1; i <= 8; i++) {
        await log.append(entry(`event-${i}`))
        cursors.push(log.head)
      }
      for (const [seq, cursor] of cursors.entries()) {
        const batch = log.read(cursor)
        expect(batch.events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].slice(seq))
        expect(batch.cursor).toBe(log.head)
        expect(batch.reset).toBeUndefined()
      }
    })

    it('ends a batch at 256 kB of JSON and marks that more follow, whatever the characters are', async () => {
      const log = await empty()
      const start = log.head
      // Bytes in JSON for each UTF-16 unit: two, six, three and one.
      const texts = ['"', '\u0001', '世', 'a'].map((unit) => unit.repeat(LIMITS.textLength))
      for (let i = 0; i < 80; i++) await log.append(entry(`event-${i}`, texts[i % texts.length]))
      const sizes: number[] = []
      let more = true
      for (let cursor = start; more;) {
        const batch = log.read(cursor)
        sizes.push(Buffer.byteLength(JSON.stringify(batch.events)))
        cursor = batch.cursor
        more = batch.more ?? false
      }
      expect(sizes.length).toBeGreaterThan(1)
      expect(Math.max(...sizes)).toBeLessThan(LIMITS.batchBytes + 1000)
      // Only the last batch is much smaller than the limit.
      expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(LIMITS.batchBytes - 14_000)
      expect(log.read(null).more).toBe(true)
    })

    it('splits many events into batches and marks that more follow', async () => {
      const log = await empty()
      const start = log.head
      await fill(log, LIMITS.batchEvents * 2 + 1)
      const sizes: number[] = []
      const seen: number[] = []
      let more = true
      for (let cursor = start; more;) {
        const batch = log.read(cursor)
        sizes.push(batch.events.length)
        seen.push(...batch.events.map((event) => event.seq))
        cursor = batch.cursor
        more = batch.more ?? false
      }
      expect(sizes).toEqual([LIMITS.batchEvents, LIMITS.batchEvents, 1])
      expect(seen).toEqual(Array.from({ length: LIMITS.batchEvents * 2 + 1 }, (_, i) => i + 1))
    })

    it('returns only the configured history to a reader without a cursor', async () => {
      const log = await empty({ historyEvents: 3 })
      await fill(log, 10)
      expect(ids(log, null)).toEqual(['event-8', 'event-9', 'event-10'])
    })

    it('returns no more history than it retains', async () => {
      const log = await empty({ historyEvents: 300, retainEvents: 150 })
      await fill(log, 290)
      const first = log.read(null)
      expect(first.events[0]?.id).toBe('event-141')
      expect(log.read(first.cursor).reset).toBeUndefined()
    })

    it('returns reset for a cursor before the retained window, and no reset at its first event', async () => {
      const log = await empty({ retainEvents: 4, historyEvents: 2 })
      const cursors = [log.head]
      for (let i = 1; i <= 13; i++) {
        await log.append(entry(`event-${i}`))
        cursors.push(log.head)
      }
      const [tooOld, oldest] = [cursors[8], cursors[9]] as [Cursor, Cursor]
      expect(log.read(tooOld)).toMatchObject({ reset: true, cursor: log.head })
      expect(ids(log, tooOld)).toEqual(['event-12', 'event-13'])
      expect(log.read(oldest).reset).toBeUndefined()
      expect(ids(log, oldest)).toEqual(['event-10', 'event-11', 'event-12', 'event-13'])
    })

    it('returns reset for a cursor of another epoch or ahead of the head', async () => {
      const [log, other] = [await empty(), await empty()]
      await fill(log, 2)
      const ahead = log.head
      await fill(other, 1)
      expect(other.read(ahead).reset).toBe(true)
      const [epoch] = other.head.split('.')
      expect(other.read(`${epoch}.99`).reset).toBe(true)
    })

    /** A read of one batch that waits for up to `ms`. */
    const next = (log: Log, cursor: Cursor, ms: number, reader = anonymous()) =>
      new Promise((answer) => readNext(log, reader, cursor, ms, { answer, startHold: () => undefined }))
    const anonymous = () => new ReaderConnection(null, undefined, () => undefined)

    it('wakes all waiting readers when an event is appended', async () => {
      const log = await empty()
      const waits = Array.from({ length: 20 }, () => next(log, log.head, 60_000))
      expect(log.waiting).toBe(20)
      await log.append(entry('news'))
      await Promise.all(waits)
      expect(log.waiting).toBe(0)
    })

    it('does not wait when the cursor is not the head', async () => {
      const log = await empty()
      const before = log.head
      await log.append(entry('news'))
      await next(log, before, 60_000)
      expect(log.waiting).toBe(0)
    })

    it('ends a wait on timeout, on abort by its reader, and when the log closes', async () => {
      const log = await empty()
      await next(log, log.head, 5)
      const reader = anonymous()
      const ended = next(log, log.head, 60_000, reader)
      reader.end()
      await ended
      await next(log, log.head, 60_000, reader)
      const closed = next(log, log.head, 60_000)
      log.close()
      await closed
      await next(log, log.head, 60_000)
      expect(log.waiting).toBe(0)
    })

    it('does no work for a full subscription, then sends all missed events in one batch', async () => {
      const log = await empty()
      const batches: string[][] = []
      let hasRoom = false
      const sink = {
        write: ({ batch }: EncodedBatch) => {
          batches.push(batch.events.map(({ id }) => id))
          return hasRoom
        },
        end: () => undefined,
      }
      const subscription = new Subscription(log, anonymous(), log.head, sink)
      await log.append(entry('first'))
      await expect.poll(() => batches).toEqual([['first']])
      expect(log.waiting).toBe(0)
      await fill(log, 3)
      hasRoom = true
      subscription.resume()
      expect(batches).toEqual([['first'], ['event-1', 'event-2', 'event-3']])
      expect(log.waiting).toBe(1)
    })

    it('ends a subscription on abort, and on close after the events appended before', async () => {
      const log = await empty()
      const follow = (reader = anonymous()) => {
        const ids: string[] = []
        let isEnded = false
        const write = ({ batch }: EncodedBatch) => {
          ids.push(...batch.events.map(({ id }) => id))
          return true
        }
        new Subscription(log, reader, log.head, { write, end: () => (isEnded = true) })
        return { ids, isEnded: () => isEnded }
      }
      const reader = anonymous()
      const [leaving, staying] = [follow(reader), follow()]
      reader.end()
      expect(leaving.isEnded()).toBe(true)
      expect(follow(reader).isEnded()).toBe(true)
      expect(log.waiting).toBe(1)
      await log.append(entry('last'))
      log.close()
      await expect.poll(staying.isEnded).toBe(true)
      expect(staying.ids).toEqual(['last'])
      expect(log.waiting).toBe(0)
    })
  })
}
