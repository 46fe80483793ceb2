import { expect, it } from 'vitest'
import { Subscription, type Reader } from '../../src/server/log/subscription.ts'
import { MemoryLog } from '../../src/server/store/memory/memory-log.ts'
import { unlimitedBytes } from '../support/log-options.ts'

/** A log whose store has not answered yet whether it knows a cursor. */
class LateLog extends MemoryLog {
  answer: (isKnown: boolean) => void = () => undefined
  readonly #answered = new Promise<boolean>((resolve) => (this.answer = resolve))

  override catchUpTo(): Promise<boolean> {
    return this.#answered
  }
}

it('a reader that ends before the store knows its cursor does not wait for events, and gets none', async () => {
  const log = new LateLog({ historyEvents: 100, retainEvents: 100, ...unlimitedBytes() })
  const reader: Reader = { memberId: null, isOver: false, endListener: null }
  const calls: string[] = []
  const sink = { write: () => calls.push('write') > 0, end: () => void calls.push('end') }
  await log.append({ type: 'notice', id: 'first', text: 'x' })
  new Subscription(log, reader, '00000000.0', sink)
  reader.endListener?.readerEnded()
  log.answer(true)
  // After the subscription has learned of the answer.
  await new Promise((resolve) => setImmediate(resolve))
  expect(log.waiting).toBe(0)
  expect(calls).toEqual(['end'])
})
