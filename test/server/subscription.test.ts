import { expect, it } from 'vitest'
import type { Log } from '../../src/server/log/log.ts'
import type { EncodedBatch } from '../../src/server/log/encoded-batch.ts'
import { Subscription, type Reader } from '../../src/server/log/subscription.ts'
import { MemoryLog } from '../../src/server/store/memory/memory-log.ts'
import { unlimitedBytes } from '../support/log-options.ts'

it('a reader that ends before the store knows its cursor does not wait for events, and gets none', async () => {
  const log: Log = new MemoryLog({ historyEvents: 100, retainEvents: 100, ...unlimitedBytes() })
  let answer: (isKnown: boolean) => void = () => undefined
  // The store has not answered yet whether it knows a cursor.
  const answered = new Promise<boolean>((resolve) => (answer = resolve))
  log.catchUpTo = () => answered
  const reader: Reader = { memberId: null, isOver: false, endListener: null }
  const calls: string[] = []
  const sink = { write: () => calls.push('write') > 0, end: () => void calls.push('end') }
  await log.append({ type: 'notice', id: 'first', text: 'x' })
  new Subscription(log, reader, '00000000.0', sink)
  reader.endListener?.readerEnded()
  answer(true)
  // After the subscription has learned of the answer.
  await new Promise((resolve) => setImmediate(resolve))
  expect(log.waiting).toBe(0)
  expect(calls).toEqual(['end'])
})

it('a message that is stored while more readers are woken than one turn wakes reaches each of them once and in order', async () => {
  const log = new MemoryLog({ historyEvents: 100, retainEvents: 100, ...unlimitedBytes() })
  const received = Array.from({ length: 2500 }, (): string[] => [])
  for (const ids of received) {
    const reader: Reader = { memberId: null, isOver: false, endListener: null }
    const write = ({ batch }: EncodedBatch) => ids.push(...batch.events.map(({ id }) => id)) > 0
    new Subscription(log, reader, log.head, { write, end: () => undefined })
  }
  const countOf = (id: string) => received.filter((ids) => ids.includes(id)).length
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  await log.append({ type: 'notice', id: 'first', text: 'x' })
  while (countOf('first') === 0) await turn()
  expect(countOf('first')).toBeLessThan(received.length)
  await log.append({ type: 'notice', id: 'second', text: 'x' })
  while (countOf('second') < received.length) await turn()
  expect(received.filter((ids) => ids.join() !== 'first,second')).toEqual([])
})
