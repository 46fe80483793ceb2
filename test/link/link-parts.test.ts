import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

import { afterEach, describe, expect, test } from 'vitest'

import { Alarm } from '../../src/link/alarm.ts'
import { BandwidthQueue, segmentBytes, transmissionMs, windowBytes } from '../../src/link/bandwidth-queue.ts'
import { Pipe } from '../../src/link/pipe.ts'
import { PROFILES } from '../../src/link/profile.ts'
import { closeSocket, endSocket, resetSocket } from '../../src/link/sockets.ts'

describe('an alarm', () => {
  test('rings once and never early for any deadline', async () => {
    for (const ms of [-5, 0, 0.1, 0.9, 1, 1.7, 2.4, 5, 8.3]) {
      for (let i = 0; i < 5; i++) {
        let rings = 0
        const early = await new Promise<number>((resolve) => {
          const atMs = performance.now() + ms
          new Alarm(() => {
            rings++
            resolve(atMs - performance.now())
          }).setTo(atMs)
          expect(rings).toBe(0)
        })
        expect(early).toBeLessThanOrEqual(0)
        await new Promise((resolve) => setImmediate(resolve))
        expect(rings).toBe(1)
      }
    }
  })

  test('can be replaced, cleared, and set again from its own callback', async () => {
    const rings: string[] = []
    const cleared = new Alarm(() => rings.push('cleared'))
    cleared.setTo(performance.now() + 1)
    cleared.clear()
    const replaced = new Alarm(() => rings.push('replaced'))
    replaced.setTo(performance.now() + 3_600_000)
    replaced.setTo(performance.now() + 5)
    await new Promise<void>((resolve) => {
      const twice = new Alarm(() => {
        rings.push('again')
        if (rings.length < 3) twice.setTo(performance.now() + 20)
        else resolve()
      })
      twice.setTo(performance.now() + 20)
    })
    expect(rings).toEqual(['replaced', 'again', 'again'])
  })
})

describe('a bandwidth queue', () => {
  test('transmits one after the other', () => {
    const queue = new BandwidthQueue()
    expect(queue.reserve(100, 1_000, 1e6)).toBe(100)
    expect(queue.reserve(101, 500, 1e6)).toBe(108)
    expect(queue.reserve(200, 1, 1e6)).toBe(200)
    queue.reserve(200, 10_000, 1e6)
    expect(queue.reserve(201, 1, null)).toBe(201)
    queue.clear()
    expect(queue.reserve(202, 1, 1e6)).toBe(202)
  })

  test('takes 8 bits per byte, in segments of a frame or 5 ms', () => {
    expect(transmissionMs(125, 1e6)).toBe(1)
    expect(transmissionMs(125, null)).toBe(0)
    expect([1e3, 1e7, null].map(segmentBytes)).toEqual([1_460, 6_250, Infinity])
  })

  test('a window is the bandwidth-delay product and a queue, and bounded', () => {
    expect(windowBytes(0, null)).toEqual({ queue: 2 ** 20, inFlight: 0 })
    expect(windowBytes(60_000, null)).toEqual({ queue: 2 ** 20, inFlight: 0 })
    expect(windowBytes(150, 1e6)).toEqual({ queue: 65_536, inFlight: 18_750 })
    expect(windowBytes(30, 10e6)).toEqual({ queue: 312_500, inFlight: 37_500 })
    expect(windowBytes(60_000, 100e9)).toEqual({ queue: 2 ** 20, inFlight: 2 ** 24 })
  })
})

describe('a socket whose reader does not read', () => {
  const cleanups: (() => unknown)[] = []
  afterEach(() => {
    for (const cleanup of cleanups.splice(0).reverse()) cleanup()
  })

  async function blocked(): Promise<{ writer: Socket; reader: Socket }> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const accepted = once(server, 'connection')
    const writer = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const [reader] = (await accepted) as [Socket]
    await once(writer, 'connect')
    for (const socket of [writer, reader]) socket.on('error', () => undefined)
    reader.pause()
    writer.write(Buffer.alloc(2 ** 25))
    cleanups.push(
      () => server.close(),
      () => reader.destroy(),
      () => writer.destroy(),
    )
    return { writer, reader }
  }

  test.each([
    ['open', () => undefined],
    ['ended', endSocket],
    ['closed', closeSocket],
  ] as const)('is reset at once, also when it was %s before', async (_name, before) => {
    const { writer, reader } = await blocked()
    before(writer)
    const closed = once(writer, 'close')
    resetSocket(writer)
    await closed
    // To Node a reset behind unread bytes is an end, so only their number tells.
    let bytes = 0
    reader.on('data', (part: Buffer) => (bytes += part.length)).resume()
    await new Promise((resolve) => reader.once('close', resolve))
    expect(bytes).toBeLessThan(2 ** 25)
  })

  test('makes a pipe pause its source, also when the bytes come one by one', async () => {
    const { writer, reader } = await blocked()
    const pipe = new Pipe({
      source: reader,
      destination: writer,
      direction: 'up',
      conditions: { profile: PROFILES.local, stalledUntilMs: Infinity },
      bandwidth: new BandwidthQueue(),
      jitter: () => 0,
      slices: () => 0,
      onOpen: () => undefined,
      onLimit: () => undefined,
    })
    reader.resume()
    let pushed = 0
    while (!reader.isPaused() && pushed < 10_000) {
      pipe.push(Buffer.of(1))
      pushed++
    }
    expect(pushed).toBeLessThan(5_000)
    pipe.drop()
    expect(reader.isPaused()).toBe(false)
    expect(pipe.counts.queuedBytes).toBe(0)
  })

  test('closes in order once the reader reads', async () => {
    const { writer, reader } = await blocked()
    closeSocket(writer)
    let bytes = 0
    reader.on('data', (part: Buffer) => (bytes += part.length)).resume()
    await once(reader, 'end')
    expect(bytes).toBe(2 ** 25)
    if (!writer.closed) await once(writer, 'close')
  })
})
