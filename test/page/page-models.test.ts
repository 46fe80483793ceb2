import { describe, expect, it } from 'vitest'
import { Race } from '../../src/page/compare/race.ts'
import { noBytes, noCounts, type RequestRecord, type FrameRecord } from '../../src/meter.ts'
import { modelP50Ms } from '../../src/page/measure/latency-model.ts'
import type { Net } from '../../src/client/transports/transport.ts'
import { nodeNet } from '../../src/node/net.ts'
import { ClientObservation, traceNet } from '../../src/page/wire/tracing-net.ts'
import { Composer } from '../../src/page/room/composer.ts'
import { begunName, membersNamed } from '../../src/page/room/mention.ts'
import { memberNameLike, roomNameLike } from '../../src/page/room/name-suggestion.ts'
import { WireRecords } from '../../src/page/wire/wire-records.ts'
import type { MessageEvent } from '../../src/protocol.ts'

const from = { id: 'm1', name: 'ada' }

const socketOf = (id: number): RequestRecord => ({
  type: 'request',
  id,
  transport: 'websocket',
  kind: 'socket',
  method: 'GET',
  path: '/rooms/lobby/websocket',
  connection: 1,
  receivedAt: 1000,
  answeredAt: 1001,
  status: 101,
  isOver: false,
  up: noBytes(),
  down: noBytes(),
})

describe('the path of a request of the page', () => {
  it.each([
    ['http://chat.example', 'http://chat.example/rooms/lobby/sse?after=1', '/rooms/lobby/sse?after=1'],
    ['http://chat.example/chat', 'http://chat.example/chat/rooms/lobby/sse', '/rooms/lobby/sse'],
    ['https://chat.example/chat', 'wss://chat.example/chat/rooms/lobby/websocket', '/rooms/lobby/websocket'],
    // A link is beside the proxy.
    ['http://chat.example/chat', 'http://chat.example:4000/rooms/lobby/sse', '/rooms/lobby/sse'],
  ])('below %s is for %s as in the record of the server: %s', (base, url, path) => {
    expect(new ClientObservation('GET', url, base).path).toBe(path)
  })
})

describe('the composer', () => {
  const roster = new Map([[from.id, from]])

  it.each([' ', '\u200b', ' \u2060\u3164 ', '\u2800'])('keeps a text that a person cannot see: %j', (text) => {
    const composer = new Composer(text, () => undefined)
    expect(composer.takeDraft(roster)).toBeNull()
    expect(composer.text.peek()).toBe(text)
  })

  it('asks for a text when a private message has no visible one', () => {
    const composer = new Composer('@ada \u200b', () => undefined)
    expect(composer.takeDraft(roster)).toBeNull()
    expect(composer.complaint.peek()).toEqual({ type: 'no-text', name: 'ada' })
  })
})

describe('the name that is being written after an @', () => {
  it.each([
    ['@', 1, ''],
    ['@be', 3, 'be'],
    ['＠ｂｅ', 3, 'ｂｅ'],
    ['\u200b @be', 5, 'be'],
    ['@be hello', 3, 'be'],
    ['@be hello', 4, null],
    ['@bello', 3, null],
    ['mail ada@', 9, null],
    ['@ be', 4, null],
    ['', 0, null],
  ])('in %j with the caret at %i is %j', (text, caret, name) => {
    expect(begunName(text, caret)).toBe(name)
  })

  it('may mean members whose names contain it: first those that begin with it, without the own and quiet members', () => {
    const members = ['Ruben', 'ben', 'Bea', 'zoe', 'bert'].map((name) => ({ id: name, name }))
    const roster = new Map(
      [...members, { id: 'bee', name: 'bee', quiet: true as const }].map((member) => [member.id, member]),
    )
    expect(membersNamed('ＢＥ', roster, 'bert').map(({ name }) => name)).toEqual(['Bea', 'ben', 'Ruben'])
    expect(membersNamed('', roster, 'bert')).toHaveLength(4)
  })
})

describe('a name that is suggested', () => {
  it.each([
    ['Ada Lovelace', 'Ada-Lovelace'],
    ["Ada  O'Brien", 'Ada-OBrien'],
    [' (Prof.) Ada ', 'Prof.-Ada'],
    ['小 明', '小-明'],
    ['Ada, Countess of Lovelace, née Byron', 'Ada-Countess-of-Lovelace'],
    ['! ?', null],
  ])('for a member that wants to be %j is %j', (wanted, name) => {
    expect(memberNameLike(wanted, 24)).toBe(name)
  })

  it.each([
    ['my room', 'my-room'],
    ['Café 2', 'Cafe-2'],
    ['_room', 'room'],
    ['房间', null],
    ['x'.repeat(40), 'x'.repeat(32)],
  ])('for a room that is wanted as %j is %j', (wanted, name) => {
    expect(roomNameLike(wanted)).toBe(name)
  })
})

describe('the observation of a request', () => {
  it('is broken when its answer breaks within the body', async () => {
    const observed: ClientObservation[] = []
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"cursor"')),
      pull: (controller) => controller.error(new Error('reset')),
    })
    const net: Net = { ...nodeNet('http://127.0.0.1:9'), fetch: () => Promise.resolve(new Response(broken)) }
    const traced = traceNet(net, {
      requestBegan: (observation) => observed.push(observation),
      socketMade: () => undefined,
    })
    const response = await traced.fetch('http://127.0.0.1:9/rooms/lobby/long-poll')
    await expect(response.text()).rejects.toThrow()
    expect(observed).toMatchObject([
      { status: 200, isBroken: true, isAborted: false, endedAt: expect.any(Number) as number },
    ])
  })
})

describe('the wire records', () => {
  it('drop the oldest records while their socket stays open', () => {
    const wire = new WireRecords()
    wire.beginMembership(
      () => null,
      () => 0,
    )
    wire.addRecords([socketOf(1)], 0)
    for (let seq = 1; seq <= 20_000; seq++) {
      const at = performance.timeOrigin + performance.now()
      const frame = {
        type: 'frame',
        id: seq + 1,
        request: 1,
        transport: 'websocket',
        way: 'down',
        kind: 'batch',
      } as const
      wire.addRecords(
        [{ ...frame, at, bytes: { ...noBytes(), framing: 4, envelope: 16, payload: 5 } } satisfies FrameRecord],
        0,
      )
      wire.addMessages([{ type: 'message', id: `id-${seq}`, seq, at, from, text: 'hello' }], 'websocket', () => false)
    }
    expect(wire.items.length).toBeLessThan(5000)
    expect(wire.messages.size).toBeLessThan(5000)
    expect(wire.messages.has('id-20000')).toBe(true)
    expect(wire.items.some(({ type }) => type === 'request')).toBe(true)
  })

  it('end the open requests when the member is replaced', () => {
    const wire = new WireRecords()
    const begin = () =>
      wire.beginMembership(
        () => null,
        () => 0,
      )
    begin()
    wire.addRecords([socketOf(1)], 0)
    begin()
    expect(wire.items).toMatchObject([{ record: { id: 1, isOver: true } }])
  })
})

describe('the record of a request', () => {
  const path = '/rooms/lobby/short-poll?after=1'
  /** By the page's clock. */
  const requested = (begunAt: number, { answeredAt = null, endedAt = answeredAt }: Partial<ClientObservation> = {}) =>
    Object.assign(new ClientObservation('GET', `http://chat.example${path}`, 'http://chat.example'), {
      begunAt,
      answeredAt,
      endedAt,
      isBroken: answeredAt === null && endedAt !== null,
    })
  const recorded = (id: number, receivedAt: number): RequestRecord => ({
    ...socketOf(id),
    transport: 'short-poll',
    kind: 'poll',
    path,
    receivedAt,
    answeredAt: receivedAt + 1,
    status: 204,
    isOver: true,
  })
  /** Which record each request has, by the order of the requests; the server's clock is exact to ± `halfRoundTripMs`. */
  const recordsOf = (
    requests: ClientObservation[],
    records: RequestRecord[],
    { halfRoundTripMs = 1, offsetMs = 0 } = {},
  ) => {
    const wire = new WireRecords()
    wire.beginMembership(
      () => ({ offsetMs, halfRoundTripMs }),
      () => 0,
    )
    for (const request of requests) wire.addObservation(request)
    wire.addRecords(records, 0)
    const items = wire.items.flatMap((item) => (item.type === 'request' ? [item] : []))
    expect(items).toHaveLength(requests.length)
    return requests.map((request) => items.find(({ observation }) => observation === request)?.record?.id ?? null)
  }

  it('belongs to the first of two requests that follow each other closely', () => {
    const requests = [requested(1000, { answeredAt: 1008 }), requested(1010, { answeredAt: 1018 })]
    expect(recordsOf(requests, [recorded(1, 1004), recorded(2, 1014)])).toEqual([1, 2])
  })

  it('belongs to the first of two requests that the comparison of the clocks does not tell apart', () => {
    const requests = [requested(1000, { answeredAt: 1008 }), requested(1364, { answeredAt: 1370 })]
    const clock = { halfRoundTripMs: 400, offsetMs: -300 }
    expect(recordsOf(requests, [recorded(1, 1004), recorded(2, 1367)], clock)).toEqual([1, 2])
  })

  it('belongs to the answered request after one that broke', () => {
    const requests = [requested(1000, { endedAt: 1001 }), requested(1010, { answeredAt: 1018 })]
    expect(recordsOf(requests, [recorded(1, 1014)])).toEqual([null, 1])
  })

  it('does not belong to an earlier request whose own record was dropped', () => {
    const requests = [requested(1000, { answeredAt: 1008 }), requested(2000, { answeredAt: 2008 })]
    expect(recordsOf(requests, [recorded(2, 2004)])).toEqual([null, 2])
  })

  it('leaves an earlier request, which is still on its way, to a later record', () => {
    const requests = [requested(1000), requested(1010)]
    expect(recordsOf(requests, [recorded(1, 1014), recorded(2, 3000)])).toEqual([2, 1])
  })
})

describe('the race', () => {
  const said = (seq: number, at: number): MessageEvent => ({
    type: 'message',
    id: `${seq}-${at}`,
    seq,
    at,
    from,
    text: '',
  })

  it('continues with the lower numbers of a restarted server', async () => {
    const race = new Race(() => ['websocket'])
    race.arrived(said(130, 5000), 'websocket', 3)
    race.arrived(said(129, 4990), 'websocket', 9)
    race.arrived(said(8, 9000), 'websocket', 4)
    await expect.poll(() => race.rows.value.map(({ event }) => event.seq)).toEqual([8, 130])
    race.release()
  })
})

describe('the model beside the meters', () => {
  const link = { profile: '3g', port: 1, rttMs: 300, bitsPerSecond: 1.6e6 }
  const tuning = { intervalMs: 1000, holdMs: 25_000 }

  it('does not rise while polls are answered empty', () => {
    const counts = {
      ...noCounts(),
      requests: 600,
      polls: 600,
      empty: 600,
      down: { ...noBytes(), headers: 600 * 235 },
    }
    // Half the interval, half the round trip and half of it again to answer, and a millisecond for 235 bytes.
    expect(modelP50Ms('short-poll', link, tuning, counts, 0)).toBeCloseTo(651, -1)
  })
})
