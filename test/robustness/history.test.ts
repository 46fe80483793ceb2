import { describe, expect, it } from 'vitest'
import { checkHistory } from '../../bench/robustness/history/check.ts'
import type { ClientHistory, Entry, History } from '../../bench/robustness/history/history.ts'
import { printHistory } from '../../bench/robustness/history/print.ts'
import { shorten } from '../../bench/robustness/history/shorten.ts'

const EPOCH = 'aaaaaaaa'
const OTHER = 'bbbbbbbb'

type Untimed<T> = T extends unknown ? Omit<T, 'atMs'> : never

/** Entries of a client, 10 ms apart unless a time is given. */
const client = (name: string, entries: (Untimed<Entry> & { atMs?: number })[]): ClientHistory => ({
  client: name,
  entries: entries.map((entry, i) => ({ atMs: i * 10, ...entry })),
})
const history = (...clients: ClientHistory[]): History => ({ clients, faults: [] })
const kinds = (run: History) => checkHistory(run).map(({ kind, client, id }) => `${kind}: ${client} ${id}`.trim())

const joined = (memberId: string, seq = 0, epoch = EPOCH) =>
  ({ kind: 'joined', memberId, cursor: `${epoch}.${seq}` }) as const
const sent = (id: string, to?: string) => ({ kind: 'sent', id, text: id, ...(to ? { to } : {}) }) as const
const acknowledged = (id: string, seq: number) => ({ kind: 'acknowledged', id, seq }) as const
const reset = (seq: number, epoch = OTHER) => ({ kind: 'reset', cursor: `${epoch}.${seq}`, isEmpty: true }) as const
const settled = (seq: number, epoch = EPOCH) => ({ kind: 'settled', cursor: `${epoch}.${seq}` }) as const
const left = { kind: 'left' } as const
const got = (
  seq: number,
  id: string,
  from = 'A',
  { epoch = EPOCH, to = undefined as string | undefined, text = id } = {},
) => ({ kind: 'delivered', epoch, seq, id, type: 'message', text, from, ...(to ? { to } : {}) }) as const

const ada = client('ada', [
  joined('A'),
  sent('m1'),
  acknowledged('m1', 1),
  sent('m2'),
  acknowledged('m2', 2),
  got(1, 'm1'),
  got(2, 'm2'),
  settled(2),
])

describe('a history', () => {
  it('in which all read all has no violation', () => {
    expect(kinds(history(ada, client('bob', [joined('B'), got(1, 'm1'), got(2, 'm2'), settled(2)])))).toEqual([])
  })

  it.each<[string, (Untimed<Entry> & { atMs?: number })[], string[]]>([
    ['a gap', [got(2, 'm2'), settled(2)], ['missing: bob m1']],
    ['a gap at the end', [got(1, 'm1'), settled(2)], ['missing: bob m2']],
    ['a doubled event', [got(1, 'm1'), got(1, 'm1'), got(2, 'm2'), settled(2)], ['twice: bob m1']],
    ['swapped events', [got(2, 'm2'), got(1, 'm1'), settled(2)], ['missing: bob m1', 'out of order: bob m1']],
    [
      'another log without a reset',
      [got(1, 'm1'), got(2, 'm2', 'A', { epoch: OTHER }), settled(2)],
      ['epoch changed untold: bob m2'],
    ],
    [
      'a message that no client sent',
      [got(1, 'm1'), got(2, 'm9'), settled(2)],
      ['invented: bob m9', 'disagreement: bob m9'],
    ],
    ['another text', [got(1, 'm1'), got(2, 'm2', 'A', { text: 'm?' }), settled(2)], ['altered: bob m2']],
    ['another author', [got(1, 'm1'), got(2, 'm2', 'B'), settled(2)], ['impersonated: bob m2']],
    ['an end before the head', [got(1, 'm1'), settled(1)], ['behind: bob']],
    ['no end', [got(1, 'm1'), got(2, 'm2')], ['behind: bob']],
  ])('with %s has a violation', (_, entries, expected) => {
    const found = kinds(history(ada, client('bob', [joined('B'), ...entries])))
    expect(new Set(found)).toEqual(new Set(expected))
  })

  it('with a gap that a reset tells has no violation', () => {
    const bob = client('bob', [joined('B'), reset(1, EPOCH), got(2, 'm2'), settled(2)])
    expect(kinds(history(ada, bob))).toEqual([])
  })

  it('with a reset to an empty room and the events of its next epoch from the first has no violation', () => {
    const events = [got(1, 'm1', 'B', { epoch: OTHER }), got(2, 'm2', 'B', { epoch: OTHER })]
    const answered = [sent('m1'), sent('m2'), acknowledged('m1', 1), acknowledged('m2', 2)]
    const bob = client('bob', [joined('B', 0, OTHER), ...answered, ...events, settled(2, OTHER)])
    const eve = (seen: typeof events) =>
      client('eve', [joined('E', 7), reset(0, '00000000'), ...seen, settled(2, OTHER)])
    expect(kinds(history(bob, eve(events)))).toEqual([])
    expect(kinds(history(bob, eve(events.slice(1))))).toContain('missing: eve m1')
  })

  it('with a private text of others in a gap has no violation', () => {
    const cyd = client('cyd', [
      joined('C'),
      sent('p', 'A'),
      acknowledged('p', 1),
      got(1, 'p', 'C', { to: 'A' }),
      settled(1),
    ])
    const amy = client('amy', [joined('A'), got(1, 'p', 'C', { to: 'A' }), settled(1)])
    expect(kinds(history(cyd, amy, client('bob', [joined('B'), settled(1)])))).toEqual([])
    const spy = client('spy', [joined('S'), got(1, 'p', 'C', { to: 'A' }), settled(1)])
    expect(kinds(history(cyd, amy, spy))).toEqual(['private text leaked: spy p'])
    expect(kinds(history(cyd, client('amy', [joined('A'), settled(1)])))).toEqual(['missing: amy p'])
  })

  it('with an acknowledged message that no client saw has a violation for each client without a reset', () => {
    const lost = [joined('A'), sent('m1'), acknowledged('m1', 1)] as const
    expect(kinds(history(client('ada', [...lost, settled(0)])))).toEqual(['lost: ada m1'])
    const told = client('ada', [...lost, reset(0), settled(0, OTHER)])
    expect(kinds(history(told))).toEqual([])
    expect(
      kinds(
        history(
          told,
          client('bob', [
            { ...joined('B'), atMs: 50 },
            { ...settled(0, OTHER), atMs: 90 },
          ]),
        ),
      ),
    ).toEqual([])
    const early = client('bob', [
      { ...joined('B'), atMs: 0 },
      { ...settled(0, OTHER), atMs: 90 },
    ])
    expect(
      kinds(
        history(
          client('ada', [{ ...joined('A'), atMs: 1 }, sent('m1'), acknowledged('m1', 1), reset(0), settled(0, OTHER)]),
          early,
        ),
      ),
    ).toEqual(['lost: bob m1'])
  })

  it('with an acknowledged message that no client saw has no violation for a client that left or was ended before', () => {
    const ada = client('ada', [
      { ...joined('A'), atMs: 1 },
      sent('m1'),
      acknowledged('m1', 1),
      reset(0),
      settled(0, OTHER),
    ])
    const bob = client('bob', [joined('B'), { ...left, atMs: 5 }])
    const ended = client('eve', [
      joined('E'),
      { kind: 'ended', why: '401', atMs: 5 },
      { ...settled(0, OTHER), atMs: 90 },
    ])
    expect(kinds(history(ada, bob, ended))).toEqual([])
  })

  it('with a second acknowledgement, another place or a second place has a violation', () => {
    const of = (...entries: Untimed<Entry>[]) => kinds(history(client('ada', [joined('A'), sent('m1'), ...entries])))
    expect(of(acknowledged('m1', 1), acknowledged('m1', 1), got(1, 'm1'), settled(1))).toEqual([
      'acknowledged twice: ada m1',
    ])
    expect(of(acknowledged('m1', 7), got(1, 'm1'), settled(1))).toEqual(['acknowledged elsewhere: ada m1'])
    expect(of(acknowledged('m1', 1), got(1, 'm1'), got(2, 'm1'), settled(2))).toEqual(['stored twice: ada m1'])
  })

  it('with an unanswered message has a violation, unless the sender left', () => {
    expect(kinds(history(client('ada', [joined('A'), sent('m1'), settled(0)])))).toEqual(['unanswered: ada m1'])
    expect(kinds(history(client('ada', [joined('A'), sent('m1'), left])))).toEqual([])
  })

  it('with messages of a sender in another order has a violation, but not with a copy that came after the log was lost', () => {
    const begin = [joined('A'), sent('m1'), sent('m2'), acknowledged('m1', 2), acknowledged('m2', 1)] as const
    expect(kinds(history(client('ada', [...begin, got(1, 'm2'), got(2, 'm1'), settled(2)])))).toEqual([
      'sender order: ada m1',
    ])
    const copied = client('ada', [
      joined('A'), sent('m1'), acknowledged('m1', 1), got(1, 'm1'), reset(0), sent('m2'), acknowledged('m2', 1),
      got(1, 'm2', 'A', { epoch: OTHER }), got(2, 'm1', 'A', { epoch: OTHER }), settled(2, OTHER),
    ]) // prettier-ignore
    expect(kinds(history(copied))).toEqual([])
  })
})

describe('a shortened history', () => {
  it('has the violation, the events that it needs, and the faults between these', () => {
    const ids = Array.from({ length: 200 }, (_, i) => `m${i + 1}`)
    const all = ids.map((id, i) => got(i + 1, id))
    const writer = client('ada', [
      joined('A'),
      ...ids.flatMap((id, i) => [sent(id), acknowledged(id, i + 1)]),
      ...all,
      settled(200),
    ])
    const bob = client('bob', [joined('B'), ...all.filter(({ seq }) => seq !== 120), settled(200)])
    const cyd = client('cyd', [joined('C'), ...all, settled(200)])
    const faults = [
      { atMs: 5, what: 'early' },
      { atMs: 1201, what: 'cut' },
      { atMs: 99_999, what: 'late' },
    ]
    const short = shorten({ clients: [writer, bob, cyd], faults })
    expect(short?.violation).toMatchObject({ kind: 'missing', client: 'bob', id: 'm120' })
    const left = new Set(
      short?.history.clients.flatMap(({ entries }) => entries.flatMap((entry) => ('id' in entry ? [entry.id] : []))),
    )
    expect([...left].sort()).toEqual(expect.arrayContaining(['m120']))
    expect(left.size).toBeLessThanOrEqual(2)
    if (!short) return
    const text = printHistory(short.history, short.violation)
    expect(text).toContain('missing: bob, m120')
    expect(text.split('\n').length).toBeLessThan(20)
  })

  it('of a history without a violation does not exist', () => {
    expect(shorten(history(ada))).toBeNull()
  })
})
