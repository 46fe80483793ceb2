import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { readHead, readResponse } from '../../bench/load/http1-reader.ts'
import { transports } from '../../src/client/transports/index.ts'
import { openLink } from '../../src/link/link.ts'
import { nodeNet } from '../../src/node/net.ts'
import { totalBytes, type Counts, type MeterFrame } from '../../src/meter.ts'
import type { TransportName } from '../../src/protocol.ts'
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

type Report = Extract<MeterFrame, { type: 'report' }>

/** The meter line of a member: the last report that came. */
async function meter(playground: TestPlayground, who: Person): Promise<() => Report> {
  const socket = new WebSocket(`${playground.base.replace('http', 'ws')}/rooms/lobby/meter`, [
    'chat.v1',
    `bearer.${who.token}`,
  ])
  let last: Report = { type: 'report', counts: {}, connections: 0 }
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as MeterFrame
    if (frame.type === 'report') last = frame
  })
  await once(socket, 'open')
  return () => last
}

const total = totalBytes
const totals = (counts: Counts | undefined) => counts && { up: total(counts.up), down: total(counts.down) }

/** A raw TCP client: what it wrote and what it read is what crossed the wire. */
class RawClient {
  readonly socket: Socket
  sent = 0
  received = Buffer.alloc(0)

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.on('data', (chunk: Buffer) => (this.received = Buffer.concat([this.received, chunk])))
  }

  write(data: string | Buffer): void {
    this.sent += Buffer.byteLength(data)
    this.socket.write(data)
  }

  /** Sends a request and waits for the complete response. */
  async ask(head: string[], body = ''): Promise<{ headBytes: number; bodyBytes: number; sentHeadBytes: number }> {
    const { from, sentHeadBytes } = this.#send(head, body)
    const { headFrom, bodyFrom, bodyTo } = await this.#until(() => readResponse(this.received, from))
    return { headBytes: bodyFrom - headFrom, bodyBytes: bodyTo - bodyFrom, sentHeadBytes }
  }

  /** Sends a request and waits for the head of the response only. */
  async askStream(head: string[]): Promise<{ headBytes: number; sentHeadBytes: number }> {
    const { from, sentHeadBytes } = this.#send(head)
    const { end } = await this.#until(() => readHead(this.received, from))
    return { headBytes: end - from, sentHeadBytes }
  }

  #send(head: string[], body = ''): { from: number; sentHeadBytes: number } {
    const from = this.received.length
    const length = body ? [`Content-Length: ${Buffer.byteLength(body)}`] : []
    const request = [...head, 'Host: localhost', ...length, '', ''].join('\r\n')
    this.write(request + body)
    return { from, sentHeadBytes: Buffer.byteLength(request) }
  }

  async #until<T>(read: () => T | null): Promise<T> {
    for (;;) {
      const value = read()
      if (value !== null) return value
      await once(this.socket, 'data')
    }
  }

  /** A masked text frame, as a browser sends it. */
  frame(text: string): void {
    const payload = Buffer.from(text)
    const long = payload.length > 125
    const head = Buffer.from([
      0x81,
      0x80 | (long ? 126 : payload.length),
      ...(long ? [payload.length >> 8, payload.length & 255] : []),
    ])
    this.write(Buffer.concat([head, Buffer.alloc(4), payload]))
  }
}

/** Posts without a meter of a member. */
async function say({ rooms }: TestPlayground, who: Person): Promise<void> {
  const room = rooms.get('lobby')
  await room.post(await room.membershipByToken(who.token), draft(text))
}

/** Of the frames that a server sent, without mask. */
function headBytesOfFrames(frames: Buffer): number {
  let sum = 0
  for (let at = 0; at < frames.length;) {
    const short = frames.readUInt8(at + 1)
    const headBytes = short < 126 ? 2 : 4
    sum += headBytes
    at += headBytes + (short < 126 ? short : frames.readUInt16BE(at + 2))
  }
  return sum
}

const text = 'héllo, 世界'
const textBytes = Buffer.byteLength(text)
const auth = ({ token }: Person) => `Authorization: Bearer ${token}`

describe('the meter counts the same bytes as a raw client', () => {
  it.each(['short-poll', 'long-poll'] satisfies TransportName[])('for %s', async (transport) => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const report = await meter(playground, ada)
    const client = new RawClient(playground.port)
    const poll = (query: string) => client.ask([`GET /rooms/lobby/${transport}?${query} HTTP/1.1`, auth(ada)])
    const heads = { up: 0, down: 0 }
    let bodies = 0
    const add = ({ headBytes, sentHeadBytes, bodyBytes }: Awaited<ReturnType<RawClient['ask']>>) => {
      heads.up += sentHeadBytes
      heads.down += headBytes
      bodies += bodyBytes
    }
    add(await poll(`after=${ada.cursor}&holdMs=0`))
    const post = [`POST /rooms/lobby/messages HTTP/1.1`, auth(ada), 'Content-Type: application/json']
    const body = JSON.stringify(draft(text))
    add(await client.ask(post, body))
    add(await poll(`after=${ada.cursor}&holdMs=0`))
    add(await poll(`after=${playground.rooms.get('lobby').log.head}&holdMs=0`))

    const expected = { up: client.sent, down: client.received.length }
    await expect.poll(() => totals(report().counts[transport])).toEqual(expected)
    expect(report().counts[transport]).toMatchObject({
      requests: 4,
      polls: 3,
      empty: 2,
      opened: 1,
      delivered: 1,
      frames: 0,
      opening: 0,
      // A length in the head frames a body: the body is JSON only.
      up: { headers: heads.up, framing: 0, envelope: Buffer.byteLength(body) - textBytes, payload: textBytes },
      down: { headers: heads.down, framing: 0, envelope: bodies - textBytes, payload: textBytes },
    })
    expect(report().connections).toBe(1)
    client.socket.destroy()
    await expect.poll(() => report().connections).toBe(0)
  })

  it('for websocket, with the handshake as headers, the heads of its frames as framing, and their JSON as envelope', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const report = await meter(playground, ada)
    const client = new RawClient(playground.port)
    const handshake = await client.ask([
      `GET /rooms/lobby/websocket?after=${ada.cursor} HTTP/1.1`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
      `Sec-WebSocket-Protocol: chat.v1, bearer.${ada.token}`,
    ])
    const contents = Array.from({ length: 3 }, () => JSON.stringify({ type: 'message', draft: draft(text) }))
    for (const content of contents) client.frame(content)
    // Each message comes twice, as an acknowledgement and in a batch, in either order: what follows counts both.
    const came = (part: string) => client.received.toString().split(part).length - 1
    await expect.poll(() => [came('{"type":"ack"'), came(text)]).toEqual([3, 3])
    const expected = { up: client.sent, down: client.received.length }
    await expect.poll(() => totals(report().counts.websocket)).toEqual(expected)
    const counts = report().counts.websocket
    // RFC 6455: 2 bytes, 2 more for a length over 125, and a client's mask of 4.
    const upHeads = contents.reduce((sum, content) => sum + (Buffer.byteLength(content) > 125 ? 8 : 6), 0)
    const downHeads = headBytesOfFrames(client.received.subarray(handshake.headBytes))
    expect(downHeads).toBeGreaterThanOrEqual(3 * 2)
    expect(counts).toMatchObject({
      opening: handshake.sentHeadBytes + handshake.headBytes,
      requests: 1,
      empty: 0,
      opened: 1,
      delivered: 3,
      up: { headers: handshake.sentHeadBytes, framing: upHeads, payload: 3 * textBytes },
      down: { headers: handshake.headBytes, framing: downHeads, payload: 3 * textBytes },
    })
    client.socket.destroy()
  })

  it('for snapshot-poll, with each repetition of a text as payload', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const report = await meter(playground, ada)
    const client = new RawClient(playground.port)
    const heads = { up: 0, down: 0 }
    const poll = async (...headers: string[]) => {
      const { headBytes, sentHeadBytes } = await client.ask([
        'GET /rooms/lobby/snapshot-poll HTTP/1.1',
        auth(ada),
        ...headers,
      ])
      heads.up += sentHeadBytes
      heads.down += headBytes
    }
    const log = playground.rooms.get('lobby').log
    await say(playground, ada)
    await poll()
    await poll(`If-None-Match: "${log.head}"`)
    const before = log.head
    await say(playground, ada)
    await poll(`If-None-Match: "${before}"`)
    expect(client.received.toString()).toContain('HTTP/1.1 304')

    const expected = { up: client.sent, down: client.received.length }
    await expect.poll(() => totals(report().counts['snapshot-poll'])).toEqual(expected)
    expect(report().counts['snapshot-poll']).toMatchObject({
      requests: 3,
      polls: 3,
      empty: 1,
      opened: 1,
      delivered: 2,
      up: { headers: heads.up, framing: 0, payload: 0 },
      down: { headers: heads.down, payload: 3 * textBytes },
    })
    client.socket.destroy()
  })

  it('for a chunked post, with its text as payload and no negative count', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const report = await meter(playground, ada)
    const client = new RawClient(playground.port)
    await client.ask(['GET /rooms/lobby/short-poll HTTP/1.1', auth(ada)])
    const head = ['POST /rooms/lobby/messages HTTP/1.1', auth(ada), 'Content-Type: application/json']
    const answered = client.ask([...head, 'Transfer-Encoding: chunked'])
    const body = JSON.stringify(draft(text))
    client.write(`${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`)
    await answered
    const expected = { up: client.sent, down: client.received.length }
    await expect.poll(() => totals(report().counts['short-poll'])).toEqual(expected)
    expect(report().counts['short-poll']?.up).toMatchObject({ framing: 0, envelope: 0, payload: textBytes })
    client.socket.destroy()
  })

  it('for jsonp-poll, with the member in the address', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const report = await meter(playground, ada)
    const client = new RawClient(playground.port)
    await say(playground, ada)
    const address = `/rooms/lobby/jsonp-poll?callback=show&for=${ada.member.id}`
    const asked = [
      await client.ask([`GET ${address}&after=${ada.cursor} HTTP/1.1`]),
      await client.ask([`GET ${address}&after=${playground.rooms.get('lobby').log.head} HTTP/1.1`]),
    ]
    const sum = (bytes: (answer: (typeof asked)[number]) => number) => asked.reduce((all, one) => all + bytes(one), 0)

    const expected = { up: client.sent, down: client.received.length }
    await expect.poll(() => totals(report().counts['jsonp-poll'])).toEqual(expected)
    expect(report().counts['jsonp-poll']).toMatchObject({
      requests: 2,
      polls: 2,
      empty: 1,
      delivered: 1,
      up: { headers: sum(({ sentHeadBytes }) => sentHeadBytes), framing: 0 },
      down: {
        headers: sum(({ headBytes }) => headBytes),
        // The call around the batch. The answer without a batch is not divided.
        framing: '/**/show();'.length,
        envelope: sum(({ bodyBytes }) => bodyBytes) - '/**/show();'.length - textBytes,
        payload: textBytes,
      },
    })
    client.socket.destroy()
  })

  it.each(['sse', 'http-stream'] satisfies TransportName[])(
    'for %s, with its head as headers and as opening, the marks around the JSON as framing, and the JSON as envelope',
    async (transport) => {
      const playground = await startPlayground({ heartbeat: 300 })
      const ada = await person(playground)
      const report = await meter(playground, ada)
      const client = new RawClient(playground.port)
      const { headBytes, sentHeadBytes } = await client.askStream([
        `GET /rooms/lobby/${transport}?after=${ada.cursor} HTTP/1.1`,
        auth(ada),
      ])
      for (let i = 0; i < 3; i++) await say(playground, ada)
      await expect.poll(() => client.received.toString().split(text).length).toBe(4)
      // Heartbeats continue and count as framing, so the connection ends before the count.
      client.socket.end()
      await once(client.socket, 'close')

      expect(client.received.toString()).toMatch(/transfer-encoding: chunked/i)
      const expected = { up: client.sent, down: client.received.length }
      await expect.poll(() => totals(report().counts[transport])).toEqual(expected)
      const batches = [...client.received.toString().matchAll(/\{"cursor".*\}/g)].map(([json]) =>
        Buffer.byteLength(json),
      )
      const jsonBytes = batches.reduce((sum, size) => sum + size, 0)
      expect(report().counts[transport]).toMatchObject({
        requests: 1,
        polls: 0,
        opened: 1,
        delivered: 3,
        opening: sentHeadBytes + headBytes,
        up: { headers: sentHeadBytes, framing: 0, envelope: 0, payload: 0 },
        down: {
          headers: headBytes,
          framing: expected.down - headBytes - jsonBytes,
          envelope: jsonBytes - 3 * textBytes,
          payload: 3 * textBytes,
        },
      })
    },
  )

  it('for socket-io, equal to a relay over all its connections', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const report = await meter(playground, ada)
    const relay = await openLink({ to: { port: playground.port } })
    onTestFinished(() => relay.close())
    const line = transports['socket-io'].open({ ...ada.context, net: nodeNet(relay.url) })
    const never = new AbortController().signal
    const sending: Promise<unknown>[] = []
    const talk = () => {
      for (let i = 0; i < 3 && sending.length < 3; i++) sending.push(line.send(draft(text), never))
    }
    await collect(
      (signal) => line.receive(ada.cursor, signal, talk),
      (events) => textsOf(events).length === 3,
    )
    await Promise.all(sending)
    // The socket is closed; connections of polls stay open for the next request.
    await expect.poll(() => relay.connections).toBe(relay.counts.opened - 1)

    const untold = () => {
      const { up, down } = totals(report().counts['socket-io']) ?? { up: 0, down: 0 }
      return { up: relay.counts.up.forwardedBytes - up, down: relay.counts.down.receivedBytes - down }
    }
    await expect.poll(untold).toEqual({ up: 0, down: 0 })
    expect(report().counts['socket-io']).toMatchObject({
      delivered: 3,
      opened: relay.counts.opened,
      up: { payload: 3 * textBytes },
      down: { payload: 3 * textBytes },
    })
  })

  it('separates the bytes of two members on one connection', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await person(playground), await person(playground)]
    const reports = [await meter(playground, ada), await meter(playground, ben)] as const
    const client = new RawClient(playground.port)
    const sums = [0, 0]
    for (let i = 0; i < 10; i++) {
      const before = client.sent + client.received.length
      await client.ask([`GET /rooms/lobby/short-poll HTTP/1.1`, auth(i % 2 ? ben : ada)])
      sums[i % 2] = (sums[i % 2] ?? 0) + client.sent + client.received.length - before
      await client.ask(['GET /healthz HTTP/1.1'])
    }
    for (const [i, report] of reports.entries()) {
      await expect
        .poll(() => {
          const { up, down } = totals(report().counts['short-poll']) ?? { up: 0, down: 0 }
          return up + down
        })
        .toBe(sums[i])
    }
    client.socket.destroy()
  })
})

describe('a quiet member', () => {
  it('makes no request on a WebSocket and one request per hold on a long poll', async () => {
    const playground = await startPlayground({ hold: 100 })
    const [ada, ben] = [await person(playground, 'ada'), await person(playground, 'ben')]
    const [socketMeter, pollMeter] = [await meter(playground, ada), await meter(playground, ben)]
    watch(playground, ada, 'websocket', { cursor: ben.cursor })
    watch(playground, ben, 'long-poll')
    // Ten holds go by: the long poll counts the time for the socket.
    await expect.poll(() => pollMeter().counts['long-poll']?.empty ?? 0).toBeGreaterThanOrEqual(10)
    const polls = pollMeter().counts['long-poll']
    // The one that is being held has not been answered yet, unless this was told between two.
    expect([0, 1]).toContain((polls?.requests ?? 0) - (polls?.polls ?? 0))
    expect(polls?.empty).toBe(polls?.polls)
    // The first report of the socket's own meter line may be later than that of the other one.
    await expect.poll(() => socketMeter().counts.websocket?.requests).toBe(1)
    expect(socketMeter().counts.websocket).toMatchObject({ requests: 1, frames: 0, empty: 0 })
  })

  it('receives the transport of each member: all at first, later the changes', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await person(playground, 'ada'), await person(playground, 'ben')]
    watch(playground, ada, 'websocket')
    const session = watch(playground, ben, 'long-poll').session
    const transportsNow = () =>
      Object.fromEntries(playground.rooms.get('lobby').roster.map((m) => [m.name, m.transport]))
    await expect.poll(transportsNow).toEqual({ ada: 'websocket', ben: 'long-poll' })
    const socket = new WebSocket(`${playground.base.replace('http', 'ws')}/rooms/lobby/meter`, [
      'chat.v1',
      `bearer.${ada.token}`,
    ])
    const frames: MeterFrame[] = []
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as MeterFrame
      if (frame.type === 'transports') frames.push(frame)
    })
    const transports = { [ada.member.id]: 'websocket', [ben.member.id]: 'long-poll' }
    await expect.poll(() => frames).toEqual([{ type: 'transports', transports, isAll: true }])
    session.use('sse')
    await expect.poll(() => frames.slice(1)).toEqual([{ type: 'transports', transports: { [ben.member.id]: 'sse' } }])
    socket.close()
  })

  it('can compare its clock with the server’s clock', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const socket = new WebSocket(`${playground.base.replace('http', 'ws')}/rooms/lobby/meter`, [
      'chat.v1',
      `bearer.${ada.token}`,
    ])
    await once(socket, 'open')
    const answer = new Promise<MeterFrame>((resolve) =>
      socket.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as MeterFrame
        if (frame.type === 'clock') resolve(frame)
      }),
    )
    socket.send(JSON.stringify({ type: 'clock', sentAt: 12.5 }))
    expect(await answer).toEqual({ type: 'clock', sentAt: 12.5, serverAt: expect.any(Number) as number })
    const closed = once(socket, 'close')
    socket.send('nonsense')
    expect((await closed)[0]).toBe(1008)
  })
})
