import type { WebSocket } from '@fastify/websocket'
import type { FastifyRequest } from 'fastify'
import type { FrameKind } from '../meter.ts'
import type { Draft } from '../protocol.ts'
import type { Account } from './account.ts'
import type { DraftCarrier, Exchange, FrameContent } from './exchange.ts'
import type { EncodedBatch } from './follow.ts'
import { countFrames, downBytes, upBytes } from './frames.ts'

/** Messages that wait to be read: more come only from who says no such thing. */
const WAITING = 100

/** A message of ours that came up: by what, and under which number it wants an answer. */
export interface Arrival {
  carrier: DraftCarrier | null
  /** Empty: it wants none. */
  number: string
}

/**
 * What of ours the packets of one session carry, and by what they crossed: a post or a poll's answer, or a frame of its
 * socket. Engine.IO sends what it likes when it likes; so each packet is recognized where it passes.
 */
export class EngineSession {
  /** Engine.IO's; empty until it has one. */
  id = ''
  /** The request that it began with. */
  readonly request: FastifyRequest
  readonly account: Account
  /** What packets come up by: the last post, or the last frame. */
  #up: DraftCarrier | null = null
  readonly #arrivals: Arrival[] = []
  #next: EncodedBatch | null = null
  /** Ids of drafts that are not answered yet, by the number of the answer. */
  readonly #unanswered = new Map<string, string>()
  /** What the poll's answer will carry. */
  #carried: { batch: EncodedBatch | null; acks: string[] } = { batch: null, acks: [] }

  #connects = 0

  constructor(request: FastifyRequest, account: Account) {
    this.request = request
    this.account = account
  }

  /** Somebody connects on it; how often somebody has. */
  connects(): number {
    return ++this.#connects
  }

  /** A post of the session. */
  posts(exchange: Exchange): void {
    this.#up = exchange
  }

  /** A socket of the session: its frames are counted from here on. */
  upgrades(socket: WebSocket, request: FastifyRequest): void {
    const counts = countFrames(socket, request)
    socket.on('message', (data: Buffer) => (this.#up = counts.received(upBytes(data.length), kindOf(data))))
    const send = socket.send.bind(socket) as (data: string | Buffer, ...rest: unknown[]) => void
    socket.send = (data: string | Buffer, ...rest: unknown[]) => {
      counts.sent(downBytes(Buffer.byteLength(data)), this.#contentOfFrame(data))
      send(data, ...rest)
    }
  }

  /** A packet that has come up. */
  received({ type, data }: EnginePacket): void {
    const number = type === 'message' && typeof data === 'string' ? MESSAGE.exec(data)?.[1] : undefined
    if (number === undefined) return
    this.#arrivals.push({ carrier: this.#up, number })
    if (this.#arrivals.length > WAITING) this.#arrivals.shift()
  }

  /** What brought the oldest message that was not asked after yet. */
  takeArrival(): Arrival | undefined {
    return this.#arrivals.shift()
  }

  /** What arrived is this draft: so the answer with its number will be about it. */
  says({ carrier, number }: Arrival, draft: Draft): void {
    carrier?.says(draft)
    if (number !== '') this.#unanswered.set(number, draft.id)
  }

  /** The next packet that is an event `batch` is this one. */
  expects(batch: EncodedBatch): void {
    this.#next = batch
  }

  /** Packets that go down in the answer of a poll. */
  sends(packets: readonly EnginePacket[]): void {
    for (const { type, data } of packets) {
      if (type !== 'message' || typeof data !== 'string') continue
      const { kind, batch, messages = [] } = this.#contentOf(data)
      if (batch) this.#carried.batch = batch
      if (kind === 'ack') this.#carried.acks.push(...messages)
    }
  }

  /** The answer of a poll leaves, with what was sent. */
  answers(poll: Exchange): void {
    const { batch, acks } = this.#carried
    this.#carried = { batch: null, acks: [] }
    for (const id of acks) poll.acknowledges(id)
    poll.answers(batch)
  }

  #contentOfFrame(data: string | Buffer): FrameContent {
    if (data === '2') return { kind: 'beat' }
    return typeof data === 'string' && data.startsWith('4') ? this.#contentOf(data.slice(1)) : { kind: 'other' }
  }

  /** @param data what Socket.IO gave to Engine.IO */
  #contentOf(data: string): FrameContent {
    if (data.startsWith('2["batch"')) {
      const batch = this.#next
      this.#next = null
      return { kind: 'batch', batch }
    }
    const [, number, verdict] = ANSWER.exec(data) ?? []
    if (number === undefined) return { kind: 'other' }
    const draftId = this.#unanswered.get(number)
    this.#unanswered.delete(number)
    return { kind: verdict === 'error' ? 'error' : 'ack', messages: draftId === undefined ? [] : [draftId] }
  }
}

/** Engine.IO's; `message` is whatever Socket.IO says. */
export interface EnginePacket {
  type: string
  data?: unknown
}

/** Of a frame that came up: 4 is a message of Engine.IO's, 3 the answer to its ping. */
function kindOf(data: Buffer): FrameKind {
  const begin = data.subarray(0, 32).toString()
  if (begin === '3') return 'beat'
  return begin.startsWith('4') && MESSAGE.test(begin.slice(1)) ? 'message' : 'other'
}

/** Socket.IO's event: 2, the number of the answer that is wanted, and what it is called. */
const MESSAGE = /^2(\d*)\["message"/
/** Socket.IO's answer: 3, its number, and our verdict on the draft. */
const ANSWER = /^3(\d+)\[\{"(ack|error)"/
