// @module-tag long
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { rawSubscribers } from '../../bench/load/index.ts'
import type { Subscriber, SubscriberOptions } from '../../bench/load/subscriber.ts'
import { now, writeStamp } from '../../bench/load/payload.ts'
import { projectSubscriber } from '../../bench/load/project-subscriber.ts'
import { DeliveryRecord } from '../../bench/load/delivery-record.ts'
import { noCounts, type Counts, type MeterFrame } from '../../src/meter.ts'
import { pushedBytes } from '../../src/models/index.ts'
import { post } from '../../src/client/transports/http.ts'
import { TRANSPORTS, type Batch, type TransportName } from '../../src/protocol.ts'
import { buildApp } from '../../src/server/app.ts'
import { draft, person, startPlayground, watch, type Person } from '../support/playground.ts'

const MESSAGES = 40
const TEXT_BYTES = 120

function optionsFor({ cursor, context }: Person, port: number): SubscriberOptions {
  const { room } = context
  const record = new DeliveryRecord()
  return { port, room, cursor, headers: 'minimal', intervalMs: 20, holdMs: 25_000, phaseMs: 0, record }
}

/** Posts numbered messages with the stamps of the suite's publisher. */
async function say({ context }: Person, first: number, count: number): Promise<void> {
  for (let index = first; index < first + count; index++) {
    const text = writeStamp({ index, intendedNs: now() }, TEXT_BYTES)
    await post(context, draft(text), new AbortController().signal)
  }
}

function close(subscriber: Subscriber): void {
  onTestFinished(() => subscriber.close())
}

describe.each(TRANSPORTS)('the raw client of %s', (transport) => {
  it('receives every message once and in order, and counts every byte of its sockets', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    // These messages precede the cursor; only a snapshot contains them.
    await say(ada, 1000, 5)
    const options = optionsFor({ ...ada, cursor: playground.rooms.get('lobby').log.head }, playground.port)
    const { record } = options
    const subscriber = rawSubscribers[transport](options)
    close(subscriber)
    await subscriber.opened
    await say(ada, 0, MESSAGES)
    const numbers = () => {
      record.parseUnread()
      return record.counts.indices
    }
    await expect.poll(numbers).toHaveLength(MESSAGES)

    expect(numbers()).toEqual(Array.from({ length: MESSAGES }, (_, i) => i))
    expect(record.counts).toMatchObject({ twice: 0, outOfOrder: 0 })
    /** Bytes of the sockets that are not counted yet: an answer is counted when it is complete. */
    const uncounted = () => {
      const { headersUp, headersDown, bodyUp, bodyDown, handshake } = record.counts
      return subscriber.socketBytes() - (headersUp + headersDown + bodyUp + bodyDown + handshake)
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
      const addText = record.addText.bind(record)
      record.addText = (text, at) => {
        batches.push(transport === 'websocket' ? JSON.stringify((JSON.parse(text) as { batch: Batch }).batch) : text)
        addText(text, at)
      }
      const subscriber = rawSubscribers[transport](options)
      close(subscriber)
      await subscriber.opened
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

describe.each(['short-poll', 'long-poll', 'websocket', 'sse', 'http-stream', 'socket-io'] as const)(
  'the bytes of %s',
  (transport) => {
    it('are divided into the same parts by the benchmark and by the meter of the server', async () => {
      const playground = await startPlayground()
      const [ada, ben] = [await person(playground), await person(playground)]
      const meter = new WebSocket(`${playground.base.replace('http', 'ws')}/rooms/lobby/meter`, [
        'chat.v1',
        `bearer.${ben.token}`,
      ])
      onTestFinished(() => meter.terminate())
      let counts: Counts = noCounts()
      meter.on('message', (data: Buffer) => {
        const frame = JSON.parse(data.toString()) as MeterFrame
        if (frame.type === 'report') counts = frame.counts[transport] ?? counts
      })
      // Both read each message by itself: a poll asks long before the next message.
      const reader = watch(playground, ben, transport, { cursor: ada.cursor })
      const options = optionsFor(ada, playground.port)
      const { record } = options
      const subscriber = rawSubscribers[transport](options)
      close(subscriber)
      await subscriber.opened
      const hear = async (index: number) => {
        await say(ada, index, 1)
        await expect.poll(() => (record.parseUnread(), record.counts.indices)).toContain(index)
        await expect.poll(() => reader.texts()).toHaveLength(index + 1)
      }
      await hear(0)
      await expect.poll(() => counts.delivered).toBe(1)
      // Socket.IO has sent the frames of its upgrade: a probe, its answer, and the upgrade.
      if (transport === 'socket-io') await expect.poll(() => counts.frames).toBeGreaterThanOrEqual(3)
      const before = structuredClone(counts)
      record.begin()
      for (let index = 1; index <= 12; index++) await hear(index)
      const parts = ['framing', 'envelope', 'payload'] as const
      const metered = () => parts.map((part) => counts.down[part] - before.down[part])
      const { bodyDown, json, payload } = record.counts
      await expect.poll(metered).toEqual([bodyDown - json, json - payload, payload])
      expect(payload).toBe(12 * TEXT_BYTES)
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
    const turnOf = new Map<string, number>()
    const readers = order.map((transport) => {
      const record = new DeliveryRecord()
      const arrival = new Promise<void>((resolve) => {
        record.addText = () => {
          turnOf.set(transport, turn)
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
      const subscriber = rawSubscribers[transport]({ ...options, phaseMs: 0, record })
      close(subscriber)
      return { opened: subscriber.opened, arrival }
    })
    await Promise.all(readers.map(({ opened }) => opened))
    count()
    onTestFinished(() => clearImmediate(timer))
    for (const transport of order) sockets.get(transport)?.write(PIECES[transport].piece, 'latin1')
    await Promise.all(readers.map(({ arrival }) => arrival))
    const [first, second] = order.map((transport) => turnOf.get(transport))
    expect(first).toBe(second)
  })
})

describe('the raw client of socket-io', () => {
  /** The requests of a client until it follows the room: method and Engine.IO transport. */
  async function requestsOf(
    open: (transport: TransportName, options: SubscriberOptions) => Subscriber,
  ): Promise<string[]> {
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
    const subscriber = open('socket-io', {
      port,
      room: 'lobby',
      cursor: rooms.get('lobby').log.head,
      headers: 'minimal',
      intervalMs: 20,
      holdMs: 25_000,
      phaseMs: 0,
      record,
    })
    close(subscriber)
    await Promise.all([subscriber.opened, hasUpgraded])
    return requests.sort()
  }

  it('connects with the same requests as the official client', async () => {
    const raw = await requestsOf((transport, options) => rawSubscribers[transport](options))
    const project = await requestsOf(projectSubscriber)
    // A session poll and the poll that answers the connect packet; more polls follow if the upgrade takes longer.
    const isPoll = (one: string) => one === 'GET polling'
    for (const requests of [raw, project]) {
      expect(requests.filter((one) => !isPoll(one))).toEqual(['GET websocket', 'POST polling'])
      expect(requests.filter(isPoll).length).toBeGreaterThanOrEqual(2)
    }
  })
})
