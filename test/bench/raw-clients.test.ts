import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rawSubscribers } from '../../bench/load/index.ts'
import type { Subscriber, SubscriberOptions } from '../../bench/load/subscriber.ts'
import { now, writeStamp } from '../../bench/load/payload.ts'
import { projectSubscriber } from '../../bench/load/project-subscriber.ts'
import { DeliveryRecord } from '../../bench/load/delivery-record.ts'
import { pushedBytes } from '../../src/models/index.ts'
import { post } from '../../src/client/transports/http.ts'
import { TRANSPORTS, type Batch, type TransportName } from '../../src/protocol.ts'
import { buildApp } from '../../src/server/app.ts'
import { draft, person, startPlayground, type Person } from '../support/playground.ts'

const MESSAGES = 40
const TEXT_BYTES = 120

function optionsFor({ cursor, context }: Person, port: number): SubscriberOptions {
  const { room } = context
  const record = new DeliveryRecord()
  return { port, room, cursor, headers: 'minimal', intervalMs: 20, holdMs: 25_000, phaseMs: 0, record }
}

/** Says numbered messages, as the suite's publisher stamps them. */
async function say({ context }: Person, first: number, count: number): Promise<void> {
  for (let index = first; index < first + count; index++) {
    const text = writeStamp({ index, intendedNs: now() }, TEXT_BYTES)
    await post(context, draft(text), new AbortController().signal)
  }
}

function close(line: Subscriber): void {
  onTestFinished(() => line.close())
}

describe.each(TRANSPORTS)('the raw client of %s', (transport) => {
  it('receives every message once and in order, and counts every byte of its sockets', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    // Not for it: it begins where these end, and a snapshot shows them all the same.
    await say(ada, 1000, 5)
    const options = optionsFor({ ...ada, cursor: playground.rooms.get('lobby').log.head }, playground.port)
    const { record } = options
    const line = rawSubscribers[transport](options)
    close(line)
    await line.opened
    await say(ada, 0, MESSAGES)
    const numbers = () => {
      record.parseUnread()
      return record.counts.indices
    }
    await expect.poll(numbers).toHaveLength(MESSAGES)

    expect(numbers()).toEqual(Array.from({ length: MESSAGES }, (_, i) => i))
    expect(record.counts).toMatchObject({ twice: 0, outOfOrder: 0 })
    /** What crossed the sockets and is not counted yet: of an answer, what comes before its end. */
    const uncounted = () => {
      const { headersUp, headersDown, bodyUp, bodyDown, handshake } = record.counts
      return line.socketBytes() - (headersUp + headersDown + bodyUp + bodyDown + handshake)
    }
    await expect.poll(uncounted).toBe(0)
    const { bodyDown, payload } = record.counts
    // All that crossed twice or more, and not more text than there is.
    expect(payload).toBeGreaterThanOrEqual(MESSAGES * TEXT_BYTES)
    expect(payload).toBeLessThan(bodyDown)
    if (transport !== 'snapshot-poll') expect(payload).toBe(MESSAGES * TEXT_BYTES)
  })
})

describe.each(['websocket', 'sse', 'http-stream', 'socket-io'] as const)(
  'the wrapping of a batch in %s',
  (transport) => {
    it('equals the model to the byte', async () => {
      const playground = await startPlayground()
      const ada = await person(playground)
      const options = optionsFor(ada, playground.port)
      const { record } = options
      const batches: string[] = []
      const came = record.addText.bind(record)
      record.addText = (text, at) => {
        batches.push(transport === 'websocket' ? JSON.stringify((JSON.parse(text) as { batch: Batch }).batch) : text)
        came(text, at)
      }
      const line = rawSubscribers[transport](options)
      close(line)
      await line.opened
      const hear = async (index: number) => {
        await say(ada, index, 1)
        await expect.poll(() => batches.join()).toContain(`"text":"${index}:`)
      }
      // What a stream says first is through when the first message is.
      await hear(0)
      record.begin()
      batches.length = 0
      for (let index = 1; index <= 12; index++) await hear(index)
      const cursorBytes = (json: string) => (JSON.parse(json) as Batch).cursor.length
      const predicted = batches.map((json) =>
        pushedBytes[transport]({ batchBytes: json.length, cursorBytes: cursorBytes(json) }),
      )
      // A chunk's end comes after the batch in it.
      await expect.poll(() => record.counts.bodyDown).toBe(predicted.reduce((a, b) => a + b, 0))
    })
  },
)

describe('a piece of a stream and a frame of a socket that arrive together', () => {
  const batch = JSON.stringify({ cursor: 'a.1', events: [] })
  const frame = JSON.stringify({ type: 'batch', batch: { cursor: 'a.1', events: [] } })
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`
  const PIECES = {
    websocket: { head: 'HTTP/1.1 101 Switching Protocols\r\n\r\n', piece: `\x81${String.fromCharCode(frame.length)}${frame}` },
    sse: { head: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', piece: chunk(`id: a.1\ndata: ${batch}\n\n`) },
    'http-stream': { head: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', piece: chunk(`${batch}\n`) },
  } as const // prettier-ignore

  it.each([
    ['sse', 'websocket'],
    ['websocket', 'sse'],
    ['http-stream', 'websocket'],
    ['websocket', 'http-stream'],
  ] as const)('are in hand in the same turn: %s before %s', async (...order) => {
    const sockets = new Map<string, Socket>()
    const server = createServer((socket) => {
      socket.setNoDelay(true).on('error', () => undefined)
      socket.once('data', (request: Buffer) => {
        const name = /lobby\/([a-z-]+)/.exec(request.toString())?.[1] ?? ''
        sockets.set(name, socket)
        socket.write(PIECES[name as keyof typeof PIECES].head)
      })
    })
    server.listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo

    let turn = 0
    let timer: NodeJS.Immediate
    const count = () => {
      turn += 1
      timer = setImmediate(count)
    }
    const cameIn = new Map<string, number>()
    const came = order.map((transport) => {
      const record = new DeliveryRecord()
      const arrival = new Promise<void>((resolve) => {
        record.addText = () => {
          cameIn.set(transport, turn)
          resolve()
        }
      })
      const options = {
        port,
        room: 'lobby',
        cursor: 'a.0',
        headers: 'minimal',
        intervalMs: 20,
        holdMs: 25_000,
      } as const
      const line = rawSubscribers[transport]({ ...options, phaseMs: 0, record })
      close(line)
      return { opened: line.opened, arrival }
    })
    await Promise.all(came.map(({ opened }) => opened))
    count()
    onTestFinished(() => clearImmediate(timer))
    for (const transport of order) sockets.get(transport)?.write(PIECES[transport].piece, 'latin1')
    await Promise.all(came.map(({ arrival }) => arrival))
    const [first, second] = order.map((transport) => cameIn.get(transport))
    expect(first).toBe(second)
  })
})

describe('the raw client of socket-io', () => {
  /** What a client asks the server until it follows the room, method and way of each request. */
  async function asked(open: (transport: TransportName, options: SubscriberOptions) => Subscriber): Promise<string[]> {
    const { app, rooms } = await buildApp({ logLevel: 'error' })
    const requests: string[] = []
    app.addHook('onRequest', async ({ method, query, url }) => {
      if (url.includes('/socket-io')) requests.push(`${method} ${(query as { transport: string }).transport}`)
    })
    const hasUpgraded = new Promise<void>((resolve) => {
      app.server.on('upgrade', (_request, socket) => {
        // The last packet of an upgrade is a frame of one masked byte: 2 + 4 + 1.
        socket.on('data', (chunk: Buffer) => chunk.length === 7 && resolve())
      })
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    onTestFinished(() => app.close())
    const { port } = app.server.address() as AddressInfo
    const record = new DeliveryRecord()
    const line = open('socket-io', {
      port,
      room: 'lobby',
      cursor: rooms.get('lobby').log.head,
      headers: 'minimal',
      intervalMs: 20,
      holdMs: 25_000,
      phaseMs: 0,
      record,
    })
    close(line)
    await Promise.all([line.opened, hasUpgraded])
    return requests.sort()
  }

  it('connects with the same requests as the official client', async () => {
    const lean = await asked((transport, options) => rawSubscribers[transport](options))
    const own = await asked(projectSubscriber)
    // A session, an answer to the hello; then, as the socket is slower or quicker, some more polls that it ends.
    const isPoll = (one: string) => one === 'GET polling'
    for (const requests of [lean, own]) {
      expect(requests.filter((one) => !isPoll(one))).toEqual(['GET websocket', 'POST polling'])
      expect(requests.filter(isPoll).length).toBeGreaterThanOrEqual(2)
    }
  })
})
