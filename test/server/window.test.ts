import { describe, expect, it } from 'vitest'
import type { Batch, RoomEvent } from '../../src/protocol.ts'
import { BatchCache } from '../../src/server/log/batch-cache.ts'
import { LogBudget, memoryOf } from '../../src/server/log/log-budget.ts'
import type { Waiter } from '../../src/server/log/log.ts'
import { SmallSet } from '../../src/server/log/small-set.ts'
import { Window } from '../../src/server/log/window.ts'
import { unlimitedBytes } from '../support/log-options.ts'

const event = (seq: number, text = 'x'): RoomEvent => ({
  type: 'message',
  id: `event-${seq}`,
  seq,
  at: 0,
  from: { id: 'm1', name: 'ada' },
  text,
})
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

function openWindow(limits: Partial<{ retainBytes: number; budget: LogBudget; retainEvents: number }> = {}) {
  const dropped: string[] = []
  const options = { historyEvents: 100, retainEvents: 1000, ...unlimitedBytes(), ...limits }
  const window = new Window('0badcafe', options, (events) => dropped.push(...events.map(({ id }) => id)))
  const push = (text?: string) => window.push(event(window.headSeq + 1, text))
  return { window, dropped, push }
}

describe('waiters of a window', () => {
  const woken: string[] = []
  const waiter = (
    name: string,
    kind: Partial<Pick<Waiter, 'isMember' | 'isStream'>> = {},
    act: () => void = () => undefined,
  ): Waiter => ({
    isMember: false,
    isStream: false,
    ...kind,
    wake: () => {
      woken.push(name)
      act()
    },
  })
  const taken = () => woken.splice(0)

  it('that poll are woken one turn after the events, once for all events of that turn', async () => {
    const { window, push } = openWindow()
    window.wait(waiter('poll'))
    push()
    push()
    expect(taken()).toEqual([])
    await turn()
    expect(taken()).toEqual(['poll'])
    await turn()
    await turn()
    expect(taken()).toEqual([])
  })

  it('are woken two turns after the events while a stream waits, once for all events of that time', async () => {
    const { window, push } = openWindow()
    const stream = waiter('stream', { isStream: true })
    window.wait(stream)
    window.wait(stream)
    window.wait(waiter('poll'))
    push()
    await turn()
    push()
    expect(taken()).toEqual([])
    await turn()
    expect(taken().sort()).toEqual(['poll', 'stream'])
    await turn()
    await turn()
    expect(taken()).toEqual([])
    // Without the stream, one turn again.
    window.stopWaiting(stream)
    window.stopWaiting(stream)
    push()
    await turn()
    expect(taken()).toEqual(['poll'])
  })

  it('are woken members first, and each is the last of its group once', async () => {
    const { window, push } = openWindow()
    for (const name of ['x', 'y', 'z']) window.wait(waiter(name))
    for (const name of ['a', 'b', 'c']) window.wait(waiter(name, { isMember: true }))
    expect(window.waiting).toBe(6)
    const last = new Set<string | undefined>()
    for (let pass = 0; pass < 3; pass++) {
      push()
      await turn()
      const order = taken()
      expect(order.slice(0, 3).sort()).toEqual(['a', 'b', 'c'])
      expect(order.slice(3).sort()).toEqual(['x', 'y', 'z'])
      last.add(order[2]).add(order[5])
    }
    expect([...last].sort()).toEqual(['a', 'b', 'c', 'x', 'y', 'z'])
  })

  it('that end while others are woken are not woken', async () => {
    const { window, push } = openWindow()
    const late = waiter('late')
    window.wait(waiter('rotated'))
    window.wait(waiter('first', {}, () => window.stopWaiting(late)))
    window.wait(late)
    push()
    await turn()
    expect(taken()).toEqual(['first', 'rotated'])
    expect(window.waiting).toBe(2)
  })

  it('that begin while others are woken are woken by the next event', async () => {
    const { window, push } = openWindow()
    const next = waiter('next')
    window.wait(waiter('first', {}, () => window.wait(next)))
    push()
    await turn()
    await turn()
    expect(taken()).toEqual(['first'])
    push()
    await turn()
    expect(taken().sort()).toEqual(['first', 'next'])
  })

  it('are woken again for an event that comes while they are woken', async () => {
    const { window, push } = openWindow()
    let left = 1
    window.wait(
      waiter('writer', {}, () => {
        if (left-- > 0) push()
      }),
    )
    window.wait(waiter('reader'))
    push()
    await turn()
    await turn()
    expect(taken().sort()).toEqual(['reader', 'reader', 'writer', 'writer'])
  })

  it('are woken at once when the window is closed', () => {
    const { window } = openWindow()
    window.wait(waiter('poll'))
    window.wait(waiter('member', { isMember: true }))
    expect(window.isClosed).toBe(false)
    window.close()
    expect(window.isClosed).toBe(true)
    expect(taken()).toEqual(['member', 'poll'])
  })
})

describe('a window', () => {
  it('has reached each cursor up to its head, and the first cursor, and no other epoch', () => {
    const { window, push } = openWindow()
    const start = window.head
    for (let i = 0; i < 12; i++) push()
    expect(
      ['0badcafe.1', '0badcafe.9', '0badcafe.12', start, '00000000.0'].filter((c) => !window.hasReached(c)),
    ).toEqual([])
    expect(['0badcafe.13', '0badcafe.99', '0badcaff.1'].filter((c) => window.hasReached(c))).toEqual([])
  })

  it('that restarts has the given events, and the memory of no other', () => {
    const budget = new LogBudget(1e6)
    const { window, push } = openWindow({ budget })
    for (let i = 0; i < 5; i++) push('x'.repeat(100))
    const events = [event(8), event(9)]
    window.restart('0badbeef', events, 9)
    expect(window.head).toBe('0badbeef.9')
    expect(window.read('0badbeef.7').events).toEqual(events)
    expect(window.read('0badbeef.6').reset).toBe(true)
    expect(window.bytes).toBe(2 * memoryOf(event(8)))
    expect(budget.spareBytesPerHolder).toBe(1e6 - window.bytes)
  })

  it('that restarts without events has a cursor of its epoch, which a window of the epoch before has not reached', () => {
    const { window } = openWindow()
    const late = openWindow()
    for (let i = 0; i < 5; i++) late.push()
    window.restart('0badbeef', [], 0)
    expect([window.head, window.read(null)]).toEqual(['0badbeef.0', { cursor: '0badbeef.0', events: [] }])
    expect(late.window.hasReached('0badbeef.0')).toBe(false)
    window.push(event(1))
    expect(window.read('0badbeef.0')).toEqual({ cursor: '0badbeef.1', events: [event(1)] })
  })

  it('drops the oldest events, but not the last, to keep within its bytes, and drops them in steps', () => {
    const bytes = memoryOf(event(1))
    const { window, dropped, push } = openWindow({ retainBytes: 16 * bytes })
    for (let i = 0; i < 16; i++) push()
    expect(dropped).toEqual([])
    push()
    expect(dropped).toEqual(['event-1', 'event-2', 'event-3'])
    expect(window.bytes).toBe(14 * bytes)
    push('x'.repeat(20 * bytes))
    expect(dropped.at(-1)).toBe('event-17')
    expect(window.read(null).events.map(({ id }) => id)).toEqual(['event-18'])
  })

  it('drops half of its events when it has twice those that it retains', () => {
    const { window, dropped, push } = openWindow({ retainEvents: 4 })
    for (let i = 0; i < 7; i++) push()
    expect(dropped).toEqual([])
    push()
    expect(dropped).toEqual(['event-1', 'event-2', 'event-3', 'event-4'])
    expect(window.headSeq).toBe(8)
    expect(window.read('0badcafe.4').events.map(({ seq }) => seq)).toEqual([5, 6, 7, 8])
  })
})

describe('a budget of windows', () => {
  it('is shared: what no window uses, in equal parts, and never less than nothing', () => {
    const budget = new LogBudget(10_000)
    expect(budget.spareBytesPerHolder).toBe(10_000)
    const one = openWindow({ budget })
    expect(budget.spareBytesPerHolder).toBe(10_000)
    const two = openWindow({ budget })
    expect(budget.spareBytesPerHolder).toBe(5000)
    one.push('x'.repeat(100))
    two.push()
    const used = one.window.bytes + two.window.bytes
    expect(budget.spareBytesPerHolder).toBe((10_000 - used) / 2)
    two.push('x'.repeat(6000))
    expect(budget.spareBytesPerHolder).toBe(0)
    two.window.release()
    two.window.release()
    expect(budget.spareBytesPerHolder).toBe(10_000 - one.window.bytes)
  })

  it('takes events from the largest window alone, down to its last event', () => {
    const bytes = memoryOf(event(1))
    const budget = new LogBudget(20 * bytes)
    const [small, large] = [openWindow({ budget }), openWindow({ budget })]
    for (let i = 0; i < 4; i++) small.push()
    for (let i = 0; i < 16; i++) large.push()
    expect([...small.dropped, ...large.dropped]).toEqual([])
    small.push()
    expect(small.dropped).toEqual([])
    expect(large.dropped).toHaveLength(8)
    expect(large.window.read(null).events).toHaveLength(8)
    large.push('x'.repeat(40 * bytes))
    expect(large.window.read(null).events).toHaveLength(1)
    expect(small.dropped).toEqual([])
  })
})

describe('a cache of batches', () => {
  const batch = (count: number): Batch => ({ cursor: 'c', events: Array.from({ length: count }, (_, i) => event(i)) })
  const bytes = memoryOf(event(1))

  it('has at most 64 batches, and begins again with the next', () => {
    const cache = new BatchCache()
    for (let i = 0; i < 64; i++) cache.add(`c${i}`, batch(0), 1e6)
    expect(cache.has('c0') && cache.has('c63')).toBe(true)
    const next = batch(0)
    expect(cache.add('next', next, 1e6)).toBe(next)
    expect([cache.has('c0'), cache.has('c63'), cache.has('next')]).toEqual([false, false, true])
    expect(cache.get('next')).toBe(next)
  })

  it('has at most the given bytes, counted again after it was cleared', () => {
    const cache = new BatchCache()
    for (let round = 0; round < 2; round++) {
      cache.add('a', batch(2), 4 * bytes)
      cache.add('b', batch(2), 4 * bytes)
      expect([cache.has('a'), cache.has('b')]).toEqual([true, true])
      cache.clear()
      expect([cache.has('a'), cache.has('b')]).toEqual([false, false])
    }
    cache.add('a', batch(2), 4 * bytes)
    cache.add('b', batch(2), 4 * bytes)
    cache.add('c', batch(1), 4 * bytes)
    expect([cache.has('a'), cache.has('b'), cache.has('c')]).toEqual([false, false, true])
    cache.add('d', batch(3), 4 * bytes)
    expect([cache.has('c'), cache.has('d')]).toEqual([true, true])
  })
})

it('a small set has each element once, in any number', () => {
  const set = new SmallSet<{ name: string }>()
  const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]
  const content = () => ({ size: set.size, names: set.toArray().map(({ name }) => name) })
  expect(content()).toEqual({ size: 0, names: [] })
  for (const element of [a, a, b, c, b]) set.add(element)
  expect(content()).toEqual({ size: 3, names: ['a', 'b', 'c'] })
  set.delete(a)
  set.delete({ name: 'b' })
  expect(content()).toEqual({ size: 2, names: ['b', 'c'] })
  set.delete(b)
  set.add(a)
  expect(content()).toEqual({ size: 2, names: ['a', 'c'] })
  set.delete(c)
  set.delete(a)
  expect(content()).toEqual({ size: 0, names: [] })
})
