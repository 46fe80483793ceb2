import { SUBPROTOCOL, type FrameDown } from '../../src/protocol.ts'
import { seededRandom } from '../../src/random.ts'
import { join } from '../../src/client/members.ts'
import { nodeNet } from '../../src/node/net.ts'
import { openRawSocket, type RawSocket } from '../load/raw-websocket.ts'
import { now, words, writeStamp } from '../load/payload.ts'
import { DeliveryRecord } from '../load/delivery-record.ts'
import { serve } from './rpc.ts'

export interface Schedule {
  ratePerS: number
  durationMs: number
  arrivals: 'poisson' | 'periodic'
  seed: number
  payloadBytes: number
  /** Fills texts with words, where it matters how alike they are; with dots otherwise. */
  hasWords?: boolean
  /** The number of the first message. */
  firstIndex: number
  /** Planted fault: stamps the moment of sending instead of the moment that was meant. */
  stampsActual?: boolean
  /** Does nothing for so long in the middle, so that a wrong stamp can be told from a right one. */
  stallMs?: number
}

export interface Published {
  count: number
  /** ms from the start at which each was meant to be sent. */
  offsetsMs: number[]
  /** ms by which sending was later than meant: every message's. */
  lagsMs: number[]
  durationMs: number
  cpuUs: number
  /** Drafts that the server acknowledged. */
  acknowledged: number
}

export interface FillOptions {
  count: number
  payloadBytes: number
  /** The number of the first message. */
  firstIndex: number
}

let socket: RawSocket | null = null
let acknowledged = 0
/** What waits for so many acknowledgements. */
let waiting = { count: Number.POSITIVE_INFINITY, settle: (): void => undefined }

const handlers = {
  /** Joins, and opens the socket over which all is published: it costs the server the same on every transport. */
  async connect({ port, room }: { port: number; room: string }): Promise<void> {
    const { token, cursor } = await join(nodeNet(`http://127.0.0.1:${port}`), room)
    const path = `/rooms/${room}/websocket?after=${cursor}`
    socket = openRawSocket(port, path, 'minimal', [SUBPROTOCOL, `bearer.${token}`], new DeliveryRecord(), (text) => {
      const { type } = JSON.parse(text) as FrameDown
      if (type === 'ack') acknowledged += 1
      if (acknowledged >= waiting.count) waiting.settle()
      if (type === 'error') throw new Error('the server refused a message of the publisher')
    })
    await socket.opened
  },
  /** Says so many messages as fast as it can. */
  async fill({ count, payloadBytes, firstIndex }: FillOptions): Promise<void> {
    acknowledged = 0
    const settled = new Promise<void>((settle) => (waiting = { count, settle }))
    for (let i = 0; i < count; i++) say(`fill-${firstIndex}-${process.pid}-${i}`, firstIndex + i, now(), payloadBytes)
    await settled
    waiting = { count: Number.POSITIVE_INFINITY, settle: () => undefined }
  },
  async run(schedule: Schedule): Promise<Published> {
    const { payloadBytes, firstIndex, stampsActual = false, stallMs = 0, hasWords = false, durationMs } = schedule
    const offsets = plan(schedule)
    const cpu = process.cpuUsage()
    const run = `${firstIndex}-${process.pid}`
    const lagsMs: number[] = []
    const random = seededRandom(schedule.seed)
    acknowledged = 0
    // A short lead, so that the first message is not late already.
    const startNs = now() + 20_000_000n
    for (const [i, offsetMs] of offsets.entries()) {
      const intendedNs = startNs + BigInt(Math.round(offsetMs * 1e6))
      await until(intendedNs)
      if (stallMs > 0 && i === Math.floor(offsets.length / 2)) spin(now() + BigInt(stallMs) * 1_000_000n)
      const actualNs = now()
      lagsMs.push(Number(actualNs - intendedNs) / 1e6)
      const filler = hasWords ? words(random, payloadBytes) : '.'
      say(`bench-${run}-${i}`, firstIndex + i, stampsActual ? actualNs : intendedNs, payloadBytes, filler)
    }
    await until(startNs + BigInt(Math.round(durationMs * 1e6)))
    const { user, system } = process.cpuUsage(cpu)
    const tookMs = Number(now() - startNs) / 1e6
    return { count: offsets.length, offsetsMs: offsets, lagsMs, durationMs: tookMs, cpuUs: user + system, acknowledged }
  },
  socketBytes(): number {
    return socket?.socketBytes() ?? 0
  },
  close(): void {
    socket?.close()
  },
}
export type PublisherHandlers = typeof handlers
serve(handlers, { isPrompt: true })

function say(id: string, index: number, intendedNs: bigint, payloadBytes: number, filler?: string): void {
  const text = writeStamp({ index, intendedNs }, payloadBytes, filler)
  socket?.send(JSON.stringify({ type: 'message', draft: { id, text } }))
}

/** The moments of sending, fixed in advance: ms from the start, ascending. */
function plan({ ratePerS, durationMs, arrivals, seed }: Schedule): number[] {
  const random = seededRandom(seed)
  const meanMs = 1000 / ratePerS
  const offsets: number[] = []
  // Periodic arrivals begin at a random phase of the polls, not at their first.
  for (let at = random() * meanMs; at < durationMs;) {
    offsets.push(at)
    at += arrivals === 'periodic' ? meanMs : -Math.log(1 - random()) * meanMs
  }
  return offsets
}

/** Memory to wait on: it is never notified, so that each wait ends by its timeout. */
const asleep = new Int32Array(new SharedArrayBuffer(4))

/**
 * Timers overshoot by a millisecond and more, so the last stretch is slept through by the kernel's own timer, which is late by
 * some 60 µs. Not spun: a process that has used up its share of a core is late when it matters, and on two cores takes what
 * the server and the subscribers need. What came meanwhile is read before each sleep.
 */
async function until(ns: bigint): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  for (;;) {
    const leftMs = Number(ns - now()) / 1e6
    if (leftMs <= 0) return
    if (leftMs > 3) await new Promise((resolve) => setTimeout(resolve, leftMs - 2))
    else Atomics.wait(asleep, 0, 0, leftMs)
  }
}

function spin(untilNs: bigint): void {
  while (now() < untilNs);
}
