import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { post } from '../../src/client/transports/http.ts'
import { ProblemError, type Net } from '../../src/client/transports/transport.ts'
import { transports } from '../../src/client/transports/index.ts'
import {
  BYTE_PARTS,
  noBytes,
  noCounts,
  totalBytes,
  type Counts,
  type FrameKind,
  type MeterFrame,
  type TraceRecord,
  type Way,
} from '../../src/meter.ts'
import { TRANSPORTS, type Ack, type RoomEvent, type TransportName } from '../../src/protocol.ts'
import { Trace } from '../../src/server/metering/trace.ts'
import {
  collect,
  draft,
  person,
  startPlayground,
  textsOf,
  watch,
  type Person,
  type TestPlayground,
} from '../support/playground.ts'
import { frameOf, RawWebSocket } from '../support/raw-websocket.ts'

/** A meter of a member, with all that it said. */
class MeterConnection {
  readonly socket: WebSocket
  readonly frames: MeterFrame[] = []
  readonly records = new Map<number, TraceRecord>()
  counts: Partial<Record<TransportName, Counts>> = {}
  dropped = 0

  private constructor({ base }: TestPlayground, { token }: Person) {
    this.socket = new WebSocket(`${base.replace('http', 'ws')}/rooms/lobby/meter`, ['chat.v1', `bearer.${token}`])
    this.socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as MeterFrame
      this.frames.push(frame)
      if (frame.type === 'report') this.counts = frame.counts
      if (frame.type !== 'trace') return
      this.dropped += frame.dropped
      for (const record of frame.records) this.records.set(record.id, record)
    })
  }

  static async open(playground: TestPlayground, who: Person): Promise<MeterConnection> {
    const meter = new MeterConnection(playground, who)
    await once(meter.socket, 'open')
    return meter
  }

  say(frame: unknown): void {
    this.socket.send(JSON.stringify(frame))
  }

  /** Asks for records, and waits until that is heard: frames are handled in their order. */
  async trace(): Promise<void> {
    this.say({ type: 'trace', on: true })
    this.say({ type: 'clock', sentAt: 0 })
    await expect.poll(() => this.frames.some(({ type }) => type === 'clock')).toBe(true)
  }

  of(transport: TransportName): TraceRecord[] {
    return [...this.records.values()].filter((record) => record.transport === transport)
  }

  /** Ids of the messages that requests and frames name, in their order. */
  named(transport: TransportName, part: 'posts' | 'brings' | 'acks', kind: FrameKind): string[] {
    return this.of(transport).flatMap((record) =>
      record.type === 'request' ? (record[part] ?? []) : record.kind === kind ? (record.messages ?? []) : [],
    )
  }

  /** What the records of a transport add up to. */
  sums(transport: TransportName): Pick<Counts, 'up' | 'down'> {
    const { up, down } = noCounts()
    for (const record of this.of(transport)) {
      for (const part of BYTE_PARTS) {
        if (record.type === 'request') {
          up[part] += record.up[part]
          down[part] += record.down[part]
        } else (record.way === 'up' ? up : down)[part] += record.bytes[part]
      }
    }
    return { up, down }
  }
}

const idsOf = (events: readonly RoomEvent[]): string[] =>
  events.filter(({ type }) => type === 'message').map(({ id }) => id)
/** Of a network that lets no WebSocket through. */
function NoSocket(): never {
  throw new Error('no WebSocket gets through here')
}

const HEARTBEATS: FrameKind[] = ['heartbeat', 'ping']
const never = new AbortController().signal
const countsOf = (meter: MeterConnection, transport: TransportName) => {
  const { up, down } = meter.counts[transport] ?? noCounts()
  return { up, down }
}

/** Of a packet that Socket.IO's client receives. Engine.IO: 2 is a ping. Socket.IO: 42 is an event, 43 the answer to one. */
const kindOfPacket = (packet: string): FrameKind => {
  if (packet === '2') return 'heartbeat'
  if (packet.startsWith('43')) return 'ack'
  return packet.startsWith('42["batch"') ? 'batch' : 'other'
}

const NO_BYTES = {
  up: noBytes(),
  down: noBytes(),
}

/** Bytes that are counted and in no record yet. Counts and records come in separate frames, so either may be ahead. */
function unrecorded(meter: MeterConnection, transport: TransportName): Pick<Counts, 'up' | 'down'> {
  const [counts, sums] = [countsOf(meter, transport), meter.sums(transport)]
  const apart = (way: 'up' | 'down') => ({
    headers: counts[way].headers - sums[way].headers,
    framing: counts[way].framing - sums[way].framing,
    envelope: counts[way].envelope - sums[way].envelope,
    payload: counts[way].payload - sums[way].payload,
  })
  return { up: apart('up'), down: apart('down') }
}

describe('the trace records of a member', () => {
  it.each(TRANSPORTS)(
    'add up to the counts of %s by part to the byte, and contain no token',
    { timeout: 40_000 },
    async (transport) => {
      const playground = await startPlayground({ heartbeat: 400, hold: 400 })
      const [ada, ben] = [await person(playground), await person(playground)]
      const meter = await MeterConnection.open(playground, ada)
      await meter.trace()
      const watcher = watch(playground, ada, transport)
      await expect.poll(() => watcher.session.state.name).toBe('open')
      const said = ['one', 'zwei 世界', 'x'.repeat(300)]
      for (const text of said) {
        watcher.session.send(text)
        await post(ben.context, draft(text), never)
      }
      await expect.poll(() => watcher.texts().length).toBe(6)
      // A session that is closed waits for no acknowledgement any more.
      await expect.poll(() => watcher.session.outbox).toEqual([])
      // A heartbeat or an empty answer among them, and the end of the meter.
      const isHeartbeat = (record: TraceRecord) =>
        record.type === 'frame' ? HEARTBEATS.includes(record.kind) : record.kind === 'poll' && record.events === 0
      await expect.poll(() => meter.of(transport).some(isHeartbeat)).toBe(true)
      watcher.session.close()
      await expect.poll(() => meter.counts[transport]?.delivered).toBe(6)
      await expect
        .poll(() => meter.of(transport).every((record) => record.type === 'frame' || record.isOver))
        .toBe(true)
      const own = idsOf(watcher.events.filter((event) => event.type === 'message' && event.from.id === ada.member.id))
      await expect.poll(() => meter.named(transport, 'acks', 'ack')).toEqual(own)
      await expect.poll(() => unrecorded(meter, transport)).toEqual(NO_BYTES)
      expect(countsOf(meter, transport).up.headers).toBeGreaterThan(100)
      expect(meter.dropped).toBe(0)
      expect(JSON.stringify(meter.frames)).not.toContain(ada.token)

      expect(meter.named(transport, 'brings', 'batch')).toEqual(idsOf(watcher.events))
      expect(meter.named(transport, 'posts', 'message')).toEqual(own)
    },
  )

  it('name the messages in the posts and polls of Socket.IO without a socket', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await person(playground), await person(playground)]
    const meter = await MeterConnection.open(playground, ada)
    await meter.trace()
    const net = { ...playground.net, WebSocket: NoSocket as unknown as Net['WebSocket'] }
    const socketIo = transports['socket-io'].open({ ...ada.context, net })
    const own = ['one', 'two', 'three'].map((text) => draft(text))
    const last = draft('four')
    const acks: Promise<Ack>[] = []
    // What is said while a post is on its way goes up in the next one, together.
    const talk = () => acks.push(...own.splice(0).map((said) => socketIo.send(said, never)))
    const ids = own.map(({ id }) => id)
    const { events } = await collect(
      (signal) => socketIo.receive(ada.cursor, signal, talk),
      async (events) => {
        if (textsOf(events).length === 3) {
          await Promise.all(acks)
          const isHeld = () =>
            meter.of('socket-io').some((one) => one.type === 'request' && !one.isOver && one.heldFrom)
          await expect.poll(isHeld).toBe(true)
          await post(ben.context, last, never)
        }
        return textsOf(events).length === 4
      },
    )

    await expect.poll(() => meter.named('socket-io', 'brings', 'batch')).toEqual([...ids, last.id])
    expect(idsOf(events)).toEqual([...ids, last.id])
    await expect.poll(() => meter.named('socket-io', 'acks', 'ack')).toEqual(ids)
    const bringsLast = (record: TraceRecord) => record.type === 'request' && record.brings?.includes(last.id)
    await expect.poll(() => meter.of('socket-io').find(bringsLast)).toMatchObject({ isOver: true })
    const requests = meter.of('socket-io').filter((record) => record.type === 'request')
    expect(requests).toHaveLength(meter.of('socket-io').length)
    expect(requests.flatMap(({ posts }) => (posts ? [posts] : []))).toEqual([ids.slice(0, 1), ids.slice(1)])
    const held = requests.find(({ brings }) => brings?.includes(last.id))
    const times = [held?.receivedAt, held?.heldFrom, held?.heldTo, held?.answeredAt].map(Number)
    expect(times.filter(Number.isFinite)).toHaveLength(4)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    await expect.poll(() => unrecorded(meter, 'socket-io')).toEqual(NO_BYTES)
    // The id of a session is as good as a token.
    expect(requests.map(({ path }) => /sid=([^&]*)/.exec(path)?.[1] ?? '…').every((sid) => sid === '…')).toBe(true)
  })

  it.each([
    ['its socket', false],
    ['its polls', true],
  ])('tell a refused draft from an acknowledged draft in Socket.IO over %s', async (_name, isPolling) => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const meter = await MeterConnection.open(playground, ada)
    await meter.trace()
    const net = isPolling ? { ...playground.net, WebSocket: NoSocket as unknown as Net['WebSocket'] } : playground.net
    const socketIo = transports['socket-io'].open({ ...ada.context, net })
    const refused = draft('to nobody', 'nobody')
    const said = draft('to all')
    const answers: Promise<unknown>[] = []
    await collect(
      (signal) =>
        socketIo.receive(ada.cursor, signal, () => {
          if (answers.length > 0) return
          answers.push(
            socketIo.send(refused, never).catch((error: unknown) => error),
            socketIo.send(said, never),
          )
        }),
      async (events) => {
        if (textsOf(events).length === 1) await Promise.all(answers)
        return textsOf(events).length === 1
      },
    )
    expect(await answers[0]).toBeInstanceOf(ProblemError)
    await expect.poll(() => meter.named('socket-io', 'acks', 'ack')).toEqual([said.id])
  })

  it('number the frames of Socket.IO as its client receives them, from the answer to its probe on', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const meter = await MeterConnection.open(playground, ada)
    await meter.trace()
    const received: FrameKind[] = []
    class Recorded extends playground.net.WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        this.addEventListener('message', (event) => received.push(kindOfPacket(String(event.data))))
      }
    }
    const watcher = watch({ net: { ...playground.net, WebSocket: Recorded } }, ada, 'socket-io')
    const frames = (way: Way) =>
      meter.of('socket-io').flatMap((record) => (record.type === 'frame' && record.way === way ? [record] : []))
    // The probe, and the upgrade.
    await expect.poll(() => frames('up').length).toBe(2)
    for (const text of ['hello', 'again']) watcher.session.send(text)
    await expect.poll(watcher.texts).toEqual(['hello', 'again'])
    await expect.poll(() => watcher.session.outbox).toEqual([])
    const recorded = () => frames('down').flatMap(({ index, kind }) => (index === undefined ? [] : [{ index, kind }]))
    await expect.poll(recorded).toEqual(received.map((kind, place) => ({ index: place + 1, kind })))
    expect(received[0]).toBe('other')
    expect(received).toContain('batch')
  })

  it('have the size of each frame, and leave no bytes of the socket over', async () => {
    const playground = await startPlayground({ heartbeat: 300 })
    const ada = await person(playground)
    const meter = await MeterConnection.open(playground, ada)
    await meter.trace()
    const watcher = watch(playground, ada, 'websocket')
    for (let i = 0; i < 20; i++) watcher.session.send('x'.repeat(i * 30 + 1))
    await expect.poll(() => watcher.texts().length).toBe(20)
    const kinds = () =>
      new Set(meter.of('websocket').flatMap((record) => (record.type === 'frame' ? [record.kind] : [])))
    await expect
      .poll(() => [...kinds()].sort())
      .toEqual(expect.arrayContaining(['ack', 'batch', 'message', 'ping', 'pong']))
    const rest = meter.of('websocket').filter((record) => record.type === 'frame' && record.kind === 'rest')
    for (const record of rest) {
      // A frame whose beginning has come: it is part of the frame as soon as that is complete.
      expect(record).toMatchObject({ way: 'up' })
    }
    watcher.session.close()
    await expect.poll(() => [...kinds()]).toContain('close')
    await expect.poll(() => unrecorded(meter, 'websocket')).toEqual(NO_BYTES)
    const left = meter.of('websocket').filter((record) => record.type === 'frame' && record.kind === 'rest')
    expect(left.map((record) => record.type === 'frame' && record.bytes)).toEqual(left.map(() => noBytes()))
  })

  it('have the part of a frame that has come as a rest, until the frame is complete', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const meter = await MeterConnection.open(playground, ada)
    await meter.trace()
    const protocols = ['chat.v1', `bearer.${ada.token}`]
    const socket = await RawWebSocket.open(playground.port, '/rooms/lobby/websocket', protocols)
    const frame = frameOf({ payload: JSON.stringify({ type: 'message', draft: draft('in two parts') }) })
    const rests = () =>
      meter.of('websocket').flatMap((record) => (record.type === 'frame' && record.kind === 'rest' ? [record] : []))
    socket.write(frame.subarray(0, 3))
    await expect.poll(rests).toMatchObject([{ way: 'up', bytes: { ...noBytes(), framing: 3 } }])
    socket.write(frame.subarray(3))
    await expect.poll(rests).toMatchObject([{ way: 'up', bytes: noBytes() }])
  })

  it.each<[string, number | undefined, string | undefined, number, number]>([
    ['without a code', undefined, undefined, 6, 2],
    ['with a code and a reason', 1000, 'bye', 11, 7],
  ])('have the size of each ping, pong and close, %s', async (_, code, reason, closeBytes, answerBytes) => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const meter = await MeterConnection.open(playground, ada)
    await meter.trace()
    const url = `${playground.base.replace('http', 'ws')}/rooms/lobby/websocket`
    const socket = new WebSocket(url, ['chat.v1', `bearer.${ada.token}`])
    await once(socket, 'open')
    const answered = once(socket, 'pong')
    socket.ping('hello')
    socket.pong()
    await answered
    socket.close(code, reason)
    const control = () =>
      meter
        .of('websocket')
        .flatMap((record) =>
          record.type === 'frame' && ['ping', 'pong', 'close'].includes(record.kind)
            ? [`${record.way} ${record.kind} ${totalBytes(record.bytes)}`]
            : [],
        )
    // A frame of a client has a head of 6 bytes, one of the server 2; a close code takes 2. The answer repeats code and reason.
    const all = ['up ping 11', 'down pong 7', 'up pong 6', `up close ${closeBytes}`, `down close ${answerBytes}`]
    await expect.poll(() => control().sort()).toEqual(all.sort())
    await expect.poll(() => unrecorded(meter, 'websocket')).toEqual(NO_BYTES)
  })

  it('have the begin and the end of a held request that brings an event', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await person(playground), await person(playground)]
    const meter = await MeterConnection.open(playground, ada)
    await meter.trace()
    watch(playground, ada, 'long-poll')
    const requests = () => meter.of('long-poll').filter((record) => record.type === 'request')
    // The joined events are read: this request is held until the message comes.
    await expect.poll(() => requests().at(-1)?.heldFrom).toBeDefined()
    const said = draft('hello')
    await post(ben.context, said, never)
    await expect.poll(() => requests().find(({ brings }) => brings?.includes(said.id))?.isOver).toBe(true)
    const held = requests().find(({ brings }) => brings?.includes(said.id))
    const times = [held?.receivedAt, held?.heldFrom, held?.heldTo, held?.answeredAt].map(Number)
    expect(times.filter(Number.isFinite)).toHaveLength(4)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times.some((time) => time % 1 !== 0)).toBe(true)
  })

  it('have the begin and the end of a hold that expires', async () => {
    const playground = await startPlayground({ hold: 200 })
    const ada = await person(playground)
    const meter = await MeterConnection.open(playground, ada)
    await meter.trace()
    watch(playground, ada, 'long-poll')
    const inVain = () =>
      meter.of('long-poll').flatMap((record) => (record.type === 'request' && record.status === 204 ? [record] : []))
    await expect.poll(() => inVain().length).toBeGreaterThan(2)
    const expired = inVain().filter(({ heldFrom }) => heldFrom !== undefined)
    expect(expired[0]).toMatchObject({
      events: 0,
      kind: 'poll',
      method: 'GET',
      connection: expect.any(Number) as number,
    })
    // A timer runs from when its turn of the loop began: in a long one it is early.
    const heldMs = expired.map(({ heldFrom, heldTo }) => Number(heldTo) - Number(heldFrom))
    expect(Math.max(...heldMs)).toBeGreaterThanOrEqual(195)
  })

  it('mark an aborted request as over and without an answer', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const meter = await MeterConnection.open(playground, ada)
    await meter.trace()
    const { session } = watch(playground, ada, 'long-poll')
    const requests = () => meter.of('long-poll').filter((record) => record.type === 'request')
    await expect.poll(() => requests().at(-1)?.heldFrom).toBeDefined()
    // Records and counts come in separate frames.
    await expect.poll(() => Number(meter.counts['long-poll']?.requests) - requests().length).toBe(0)
    const { polls = 0, empty } = meter.counts['long-poll'] ?? {}
    session.use('short-poll')
    await expect.poll(() => requests().at(-1)?.isOver).toBe(true)
    expect(requests().at(-1)).not.toHaveProperty('status')
    // A report that is later than that.
    const reports = meter.frames.length
    await expect.poll(() => meter.frames.length).toBeGreaterThan(reports + 2)
    expect(meter.counts['long-poll']).toMatchObject({ polls, empty })
  })

  it('are sent neither before a request for them nor after a request to end them', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const [deaf, keen] = [await MeterConnection.open(playground, ada), await MeterConnection.open(playground, ada)]
    await keen.trace()
    watch(playground, ada, 'short-poll')
    await expect.poll(() => keen.records.size).toBeGreaterThan(5)
    expect(deaf.frames.map(({ type }) => type)).not.toContain('trace')
    keen.say({ type: 'trace', on: false })
    keen.say({ type: 'clock', sentAt: 1 })
    await expect.poll(() => keen.frames.filter(({ type }) => type === 'clock').length).toBe(2)
    const before = keen.frames.filter(({ type }) => type === 'trace').length
    const reports = deaf.frames.length
    await expect.poll(() => deaf.frames.length).toBeGreaterThan(reports + 3)
    expect(keen.frames.filter(({ type }) => type === 'trace')).toHaveLength(before)
  })

  it('include the open requests when the trace begins', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const watcher = watch(playground, ada, 'websocket')
    await expect.poll(() => watcher.session.state.name).toBe('open')
    const meter = await MeterConnection.open(playground, ada)
    await meter.trace()
    await expect.poll(() => meter.of('websocket')).toMatchObject([{ type: 'request', kind: 'socket', status: 101 }])
  })

  it.each([{ type: 'trace' }, { type: 'trace', on: 'yes' }, { type: 'trace', on: true, since: 1 }, { on: true }, 7])(
    'are refused for the frame %j, which closes the connection with a reason',
    async (frame) => {
      const playground = await startPlayground()
      const meter = await MeterConnection.open(playground, await person(playground))
      const closed = once(meter.socket, 'close') as Promise<[number, Buffer]>
      meter.say(frame)
      const [code, reason] = await closed
      expect(code).toBe(1008)
      expect(reason.toString()).toContain('{type: trace, on}')
    },
  )

  it('are bounded: the oldest records are dropped and counted', () => {
    const trace = new Trace(3)
    const record = (id: number): TraceRecord => ({
      type: 'frame',
      id,
      request: 1,
      transport: 'websocket',
      way: 'up',
      kind: 'other',
      at: 0,
      bytes: noBytes(),
    })
    expect(trace.drain()).toBeNull()
    for (let id = 1; id <= 5; id++) trace.add(record(id))
    trace.add(record(4))
    expect(trace.drain()).toEqual({ records: [record(3), record(4), record(5)], dropped: 2 })
    trace.add(record(6))
    expect(trace.drain()).toEqual({ records: [record(6)], dropped: 0 })
  })
})
