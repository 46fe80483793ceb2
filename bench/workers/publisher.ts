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
  /** Fills texts with random words, for compression; by default with dots. */
  hasWords?: boolean
  /** Number of the first message. */
  firstIndex: number
  /** Injected fault: stamps the actual instead of the intended moment of sending. */
  stampsActual?: boolean
  /** Blocks for this time in the middle of the schedule, so that actual and intended moments differ. */
  stallMs?: number
}

export interface Published {
  count: number
  /** Intended moments of sending, in ms from the start. */
  offsetsMs: number[]
  /** Actual minus intended moment of sending, in ms, for each message. */
  lagsMs: number[]
  durationMs: number
  cpuUs: number
  /** Drafts that the server acknowledged. */
  acknowledged: number
}

export interface FillOptions {
  count: number
  payloadBytes: number
  /** Number of the first message. */
  firstIndex: number
}

let socket: RawSocket | null = null
let acknowledged = 0
/** `settle` is called after `count` acknowledgements. */
let waiting = { count: Number.POSITIVE_INFINITY, settle: (): void => undefined }

const handlers = {
  /** Joins and opens the WebSocket that publishes every message, so publishing costs the server the same in every cell. */
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
  /** Publishes `count` messages as fast as possible, and resolves when all are acknowledged. */
  async fill({ count, payloadBytes, firstIndex }: FillOptions): Promise<void> {
    acknowledged = 0
    const settled = new Promise<void>((settle) => (waiting = { count, settle }))
    for (let i = 0; i < count; i++)
      publish(`fill-${firstIndex}-${process.pid}-${i}`, firstIndex + i, now(), payloadBytes)
    await settled
    waiting = { count: Number.POSITIVE_INFINITY, settle: () => undefined }
  },
  async run(schedule: Schedule): Promise<Published> {
    const { payloadBytes, firstIndex, stampsActual = false, stallMs = 0, hasWords = false, durationMs } = schedule
    const offsets = offsetsOf(schedule)
    const cpu = process.cpuUsage()
    const run = `${firstIndex}-${process.pid}`
    const lagsMs: number[] = []
    const random = seededRandom(schedule.seed)
    acknowledged = 0
    // The lead keeps the first message from being late.
    const startNs = now() + 20_000_000n
    for (const [i, offsetMs] of offsets.entries()) {
      const intendedNs = startNs + BigInt(Math.round(offsetMs * 1e6))
      await sleepUntil(intendedNs)
      if (stallMs > 0 && i === Math.floor(offsets.length / 2)) spin(now() + BigInt(stallMs) * 1_000_000n)
      const actualNs = now()
      lagsMs.push(Number(actualNs - intendedNs) / 1e6)
      const filler = hasWords ? words(random, payloadBytes) : '.'
      publish(`bench-${run}-${i}`, firstIndex + i, stampsActual ? actualNs : intendedNs, payloadBytes, filler)
    }
    await sleepUntil(startNs + BigInt(Math.round(durationMs * 1e6)))
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
serve(handlers, { keepsPriority: true })

function publish(id: string, index: number, intendedNs: bigint, payloadBytes: number, filler?: string): void {
  const text = writeStamp({ index, intendedNs }, payloadBytes, filler)
  socket?.send(JSON.stringify({ type: 'message', draft: { id, text } }))
}

/** Moments of sending, fixed in advance: ms from the start, ascending. */
function offsetsOf({ ratePerS, durationMs, arrivals, seed }: Schedule): number[] {
  const random = seededRandom(seed)
  const meanMs = 1000 / ratePerS
  const offsets: number[] = []
  // Periodic arrivals start at a random phase of the polls.
  for (let at = random() * meanMs; at < durationMs;) {
    offsets.push(at)
    at += arrivals === 'periodic' ? meanMs : -Math.log(1 - random()) * meanMs
  }
  return offsets
}

/** `Atomics.wait` sleeps on this cell. The cell is never notified, so each wait ends by its timeout. */
const sleepCell = new Int32Array(new SharedArrayBuffer(4))

/**
 * Timers overshoot by a millisecond or more. The last milliseconds therefore use the kernel's timer, which is about 60 µs late.
 * A spin would use up the process's share of its core, and on two cores it would take time from the server and the
 * subscribers. Received data is read before each sleep.
 */
async function sleepUntil(ns: bigint): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  for (;;) {
    const leftMs = Number(ns - now()) / 1e6
    if (leftMs <= 0) return
    if (leftMs > 3) await new Promise((resolve) => setTimeout(resolve, leftMs - 2))
    else Atomics.wait(sleepCell, 0, 0, leftMs)
  }
}

function spin(untilNs: bigint): void {
  while (now() < untilNs);
}
