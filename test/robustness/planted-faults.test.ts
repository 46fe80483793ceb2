// @module-tag long
import { describe, expect, it } from 'vitest'
import { checkHistory } from '../../bench/robustness/history/check.ts'
import type { Entry, History } from '../../bench/robustness/history/history.ts'
import { shorten } from '../../bench/robustness/history/shorten.ts'
import type { ViolationKind } from '../../bench/robustness/history/violation.ts'
import type { Net } from '../../src/client/transports/transport.ts'
import { TRANSPORTS, type Batch, type Draft, type RoomEvent } from '../../src/protocol.ts'
import { faultyNet, forgedAck } from '../support/faulty-net.ts'
import { recordRun, type Name } from '../support/recorded-run.ts'

const kindsIn = (history: History): Set<ViolationKind> => new Set(checkHistory(history).map(({ kind }) => kind))

/** The violation is found, and explained by a few of the hundreds of events. */
function expectFound(history: History, kind: ViolationKind): void {
  expect(kindsIn(history)).toContain(kind)
  const short = shorten(history)
  const ids = new Set(short?.history.clients.flatMap(({ entries }) => entries.flatMap(idsOf)))
  expect(ids.size).toBeLessThanOrEqual(3)
}

const idsOf = (entry: Entry): string[] => ('id' in entry ? [entry.id] : [])

/** The fault is on the way of this client only. */
const of =
  (faulty: Name, change: (net: Net) => Net) =>
  (net: Net, name: Name): Net =>
    name === faulty ? change(net) : net

const withEvents = (batch: Batch, events: RoomEvent[]): Batch => ({ ...batch, events })

/** The same cursor in another epoch, and back. */
const inEpoch = (cursor: string, epoch: string) => cursor.replace(/^[0-9a-f]{8}/, epoch)

describe('the history checker', () => {
  it('finds nothing in a run without a planted fault, over all transports that carry a token', async () => {
    const [first, ...others] = TRANSPORTS.filter((name) => name !== 'jsonp-poll')
    const history = await recordRun(undefined, [first ?? 'websocket', ...others])
    expect(checkHistory(history)).toEqual([])
    expect(shorten(history)).toBeNull()
    const kinds = history.clients.flatMap(({ entries }) => entries.map(({ kind }) => kind))
    expect(kinds.filter((kind) => kind === 'acknowledged')).toHaveLength(85)
  })

  it('finds that a draft sent twice is stored twice', async () => {
    const copyMark = 'copy'
    const history = await recordRun((net) =>
      faultyNet(net, {
        // The server would refuse to store an id again, so the copy has another id on its way.
        post: async ({ init, send }, draft) => {
          const copy: Draft = { ...draft, id: draft.id + copyMark }
          const response = await send()
          await send({ init: { ...init, body: JSON.stringify(copy) } })
          return response
        },
        batch: (batch) =>
          withEvents(
            batch,
            batch.events.map((event) => ({ ...event, id: event.id.replace(copyMark, '') })),
          ),
      }),
    )
    expectFound(history, 'stored twice')
  })

  it('finds that a cursor is off by one', async () => {
    const history = await recordRun(
      of('eve', (net) =>
        faultyNet(net, {
          read: async ({ url, send }) => {
            const response = await send()
            const [epoch = '', seq = ''] = (url.searchParams.get('after') ?? '').split('.')
            if (response.status !== 200) return response
            const later = new URL(url)
            later.searchParams.set('after', `${epoch}.${Number(seq) + 1}`)
            later.searchParams.set('holdMs', '0')
            return send({ url: later })
          },
        }),
      ),
    )
    expectFound(history, 'missing')
  })

  it('finds that a message was acknowledged before it was stored, and then lost', async () => {
    let posts = 0
    const history = await recordRun(
      of('ada', (net) =>
        faultyNet(net, { post: ({ send }, { id }) => (++posts === 10 ? Promise.resolve(forgedAck(id, 50)) : send()) }),
      ),
    )
    expectFound(history, 'lost')
  })

  it('finds that a client ignores the epoch', async () => {
    let batches = 0
    let real = ''
    const history = await recordRun(
      of('eve', (net) =>
        faultyNet(net, {
          read: ({ url, send }) => {
            const changed = new URL(url)
            const after = url.searchParams.get('after')
            if (after && real) changed.searchParams.set('after', inEpoch(after, real))
            return send({ url: changed })
          },
          batch: (batch) => {
            real = batch.cursor.slice(0, 8)
            return ++batches > 5 ? { ...batch, cursor: inEpoch(batch.cursor, 'ffffffff') } : batch
          },
        }),
      ),
    )
    expectFound(history, 'epoch changed untold')
  })

  it('finds that a connection was subscribed after its first read', async () => {
    let lastPath = ''
    const history = await recordRun(
      of('eve', (net) =>
        faultyNet(net, {
          batch: (batch, path) => {
            const isFirst = path !== lastPath
            lastPath = path
            return isFirst ? withEvents(batch, batch.events.slice(0, -1)) : batch
          },
        }),
      ),
    )
    expectFound(history, 'missing')
  })

  it('finds that an event was dropped', async () => {
    let events = 0
    const history = await recordRun(
      of('cyd', (net) =>
        faultyNet(net, {
          batch: (batch) =>
            withEvents(
              batch,
              batch.events.filter(() => ++events !== 40),
            ),
        }),
      ),
    )
    expectFound(history, 'missing')
  })

  it('finds that an event was delivered twice', async () => {
    // The client drops a copy that comes by the network, so the copy is made behind the client.
    const history = await recordRun()
    const entries = history.clients[2]?.entries ?? []
    const at = entries.findLastIndex(({ kind }) => kind === 'delivered')
    entries.splice(at, 0, ...entries.slice(at, at + 1))
    expectFound(history, 'twice')
  })

  it('finds that two events were swapped', async () => {
    const history = await recordRun(
      of('cyd', (net) =>
        faultyNet(net, {
          batch: (batch) => {
            const [first, second, ...others] = batch.events
            return first && second ? withEvents(batch, [second, first, ...others]) : batch
          },
        }),
      ),
    )
    expectFound(history, 'out of order')
  })

  it('finds that a third member reads a private text', async () => {
    let adas = ''
    const history = await recordRun((net, name) =>
      faultyNet(net, {
        read: ({ init, send }) => {
          const own = new Headers(init.headers)
          if (name === 'ada') adas = own.get('authorization') ?? ''
          if (name !== 'eve' || adas === '') return send()
          own.set('authorization', adas)
          return send({ init: { ...init, headers: own } })
        },
      }),
    )
    expectFound(history, 'private text leaked')
  })

  it('finds that a client sends by two connections at once', async () => {
    let held: (() => Promise<Response>) | null = null
    let posts = 0
    const history = await recordRun(
      of('bob', (net) =>
        faultyNet(net, {
          // The first connection still has message 10 when the second connection sends message 11.
          post: async ({ send }, { id }) => {
            posts += 1
            if (posts === 10) {
              held = send
              return forgedAck(id, 1)
            }
            const response = await send()
            if (held) await held()
            held = null
            return response
          },
        }),
      ),
    )
    expect(kindsIn(history)).toContain('sender order')
  })
})
