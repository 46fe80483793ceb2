import type { ExchangeRecord, FrameKind, FrameRecord, Way } from '../meter.ts'
import type { Draft, TransportName } from '../protocol.ts'
import type { Account } from './account.ts'
import { serverNow } from './clock.ts'
import { CompressedFrame, CompressedFrames } from './compressed.ts'
import type { EncodedBatch } from './follow.ts'
import type { Crossed, Wire } from './wire.ts'

/** On whose account something goes, and the record that says so. */
interface Charge {
  account: Account
  record: ExchangeRecord
}

const noBytes = () => ({ headers: 0, framing: 0, payload: 0 })

/**
 * One request and its answer, counted at the socket. Between two marks all that crossed its wire belongs to the exchange
 * in between; what of it was body and what was text is known from the exchange, and the rest is head. So the parts add up
 * to what crossed the socket, whatever headers Node, Fastify or a browser put there.
 */
export class Exchange implements DraftCarrier {
  readonly #wire: Wire
  readonly #method: string
  readonly #path: string
  readonly #receivedAt = serverNow()
  #charged: Charge | null = null
  #answer: EncodedBatch | null = null
  #isOver = false

  /** @param path with its query, and without a token */
  constructor(wire: Wire, method: string, path: string) {
    this.#wire = wire
    this.#method = method
    this.#path = path
  }

  /**
   * Puts this exchange on a member's account, the request at once: a held request is on the wire while it is held.
   * What is not done by a transport, a post for instance, goes to the one that the member reads by.
   *
   * @param requests this one, and those before it that nobody else is charged for
   */
  charge(account: Account, transport: TransportName | undefined, bodyBytes: number, requests = 1): void {
    const by = transport ?? account.current
    if (!by) return
    account.current = by
    account.counts(by).requests += requests
    const record: ExchangeRecord = {
      type: 'exchange',
      id: account.newRecordId(),
      transport: by,
      kind: transport && this.#method === 'GET' ? 'poll' : 'other',
      method: this.#method,
      path: this.#path,
      connection: account.uses(this.#wire.connection, by),
      receivedAt: this.#receivedAt,
      isOver: false,
      up: noBytes(),
      down: noBytes(),
    }
    this.#charged = { account, record }
    this.#spend(this.#charged, this.#wire.take({ up: bodyBytes, down: 0 }))
  }

  /** The request's body is this draft, or has it among others. */
  says({ id, text }: Draft): void {
    if (!this.#charged) return
    const { account, record } = this.#charged
    record.kind = 'post'
    record.posts = [...(record.posts ?? []), id]
    const textBytes = Buffer.byteLength(text)
    // A body that did not say how long it is was taken for head.
    const beyond = Math.max(0, textBytes - record.up.framing)
    account.spend(record, 'up', { headers: -beyond, framing: beyond - textBytes, payload: textBytes })
  }

  /** The answer is held back from now on, until there is something to say. */
  parks(): void {
    if (!this.#charged) return
    const { account, record } = this.#charged
    record.parkedFrom ??= serverNow()
    account.note(record)
  }

  /** The answer, perhaps beside other things, tells where this draft stands in the log. */
  acknowledges(draftId: string): void {
    if (!this.#charged) return
    const { record } = this.#charged
    record.acks = [...(record.acks ?? []), draftId]
  }

  /** The answer is this batch; null when it is none. */
  answers(batch: EncodedBatch | null): void {
    this.#answer = batch
    // Of a request that was broken off nobody gets an answer any more.
    if (!this.#charged || this.#isOver) return
    const { account, record } = this.#charged
    const counts = account.counts(record.transport)
    counts.delivered += batch?.messages.length ?? 0
    counts.polls += 1
    if (!batch?.events && !record.acks) counts.empty += 1
    if (record.parkedFrom !== undefined) record.parkedTo = serverNow()
    record.events = batch?.events ?? 0
    if (batch) record.brings = batch.messages
    account.note(record)
  }

  /** The answer goes out now. */
  leaves(status: number): void {
    if (!this.#charged || this.#isOver) return
    const { account, record } = this.#charged
    record.answeredAt = serverNow()
    record.status = status
    account.note(record)
  }

  /** The answer has gone out, or the line broke. `bodyBytes` is the size of its body. */
  finish(bodyBytes: number): void {
    if (this.#isOver) return
    this.#takeHead(bodyBytes)
    if (!this.#charged) return
    const { account, record } = this.#charged
    record.isOver = true
    account.note(record)
  }

  /** The head is out, and what follows is a stream of frames, counted by the line that this returns. */
  stream(kind: 'stream' | 'socket', status: number, isCompressed = false): FrameLine {
    if (this.#charged) this.#charged.record.kind = kind
    this.leaves(status)
    this.#takeHead(0)
    return new FrameLine(this.#wire, this.#charged, isCompressed)
  }

  #takeHead(bodyBytes: number): void {
    this.#isOver = true
    const crossed = this.#wire.take({ up: 0, down: bodyBytes })
    if (!this.#charged) return
    this.#spend(this.#charged, crossed)
    // Of an answer that was cut off, nothing or only a head has gone out.
    const textBytes = Math.min(this.#answer?.textBytes ?? 0, crossed.down.framing)
    this.#charged.account.spend(this.#charged.record, 'down', moved(textBytes))
  }

  #spend({ account, record }: Charge, { up, down }: Crossed): void {
    account.spend(record, 'up', up)
    account.spend(record, 'down', down)
  }
}

/** What of a body was taken for framing, and is a message's text. */
const moved = (textBytes: number) => ({ framing: -textBytes, payload: textBytes })

/** What there is to say of a frame, or of a piece, beside its size. */
export interface FrameContent {
  kind: FrameKind
  batch?: EncodedBatch | null
  /** Ids of the messages that it is about, where it is no batch. */
  messages?: readonly string[]
  /** Of a piece: bytes of the answer's body up to its end. */
  endsAt?: number
}

/** What came up, a post or a frame, and is found to say something. */
export interface DraftCarrier {
  says(draft: Draft): void
}

/**
 * Frames of a socket, or pieces of a streamed answer. Whatever crosses and is no message's text is framing. Each frame is
 * counted by its size when it is sent or complete; what the wire counted beside that is settled when somebody asks.
 */
export class FrameLine {
  readonly #wire: Wire
  readonly #charged: Charge | null
  readonly #endSettling: (() => void) | undefined
  /** Bytes of frames that the wire has not been asked for yet. */
  readonly #told = { up: 0, down: 0 }
  readonly #rest: Partial<Record<Way, FrameRecord>> = {}
  readonly #handed = { up: 0, down: 0 }
  readonly #compressed: Record<Way, CompressedFrames> | null

  constructor(wire: Wire, charged: Charge | null, isCompressed: boolean) {
    this.#wire = wire
    this.#charged = charged
    this.#compressed = isCompressed ? { up: new CompressedFrames(), down: new CompressedFrames() } : null
    this.#endSettling = charged?.account.settling(() => this.#settle())
  }

  /** A message of the peer, of so many bytes, head and mask included. */
  received(bytes: number, kind: FrameKind = 'message'): DraftCarrier {
    const record = this.#frame('up', bytes, { kind })
    const compressed = this.#compressed?.up.last
    return {
      says: ({ id, text }) => {
        if (!this.#charged || !record) return
        record.messages = [id]
        const textBytes = Buffer.byteLength(text)
        this.#charged.account.spend(record, 'up', compressed ? compressed.says(textBytes) : moved(textBytes))
      },
    }
  }

  sent(bytes: number, content: FrameContent): void {
    this.#frame('down', bytes, content)
  }

  /** A frame that the page at the other end is not shown. */
  control(way: Way, bytes: number, kind: 'ping' | 'pong' | 'close'): void {
    this.#frame(way, bytes, { kind })
  }

  /** `wasClosed`: in good order, so that what is left over is the close frame that answers the peer's. */
  readonly end = (wasClosed = false): void => {
    this.#wire.whenOver(() => {
      this.#endSettling?.()
      if (!this.#charged) return
      const { account, record } = this.#charged
      for (const rest of wasClosed ? Object.values(this.#rest) : []) {
        rest.kind = 'close'
        account.note(rest)
      }
      record.isOver = true
      account.note(record)
    })
  }

  #frame(
    way: Way,
    bytes: number,
    { kind, batch, messages = batch?.messages, endsAt }: FrameContent,
  ): FrameRecord | null {
    if (!this.#charged) return null
    const { account } = this.#charged
    const record = this.#newRecord(this.#charged, way, kind)
    if (messages) record.messages = messages
    if (endsAt !== undefined) record.endsAt = endsAt
    if (kind !== 'ping' && kind !== 'pong' && kind !== 'close') {
      record.index = this.#handed[way] += 1
      const counts = account.counts(record.transport)
      counts.frames += 1
      counts.delivered += batch?.messages.length ?? 0
    }
    const payload = batch?.textBytes ?? 0
    if (this.#compressed && record.index !== undefined) {
      this.#compressed[way].add(new CompressedFrame(record, bytes, payload))
      account.note(record)
      return record
    }
    this.#told[way] += bytes
    account.spend(record, way, { framing: bytes - payload, payload })
    return record
  }

  #newRecord({ account, record: { id, transport } }: Charge, way: Way, kind: FrameKind): FrameRecord {
    const bytes = noBytes()
    return { type: 'frame', id: account.newRecordId(), exchange: id, transport, way, kind, at: serverNow(), bytes }
  }

  #settle(): void {
    if (!this.#charged) return
    const { account } = this.#charged
    const crossed = this.#wire.take({ up: Infinity, down: Infinity })
    for (const way of ['up', 'down'] as const) {
      const { headers, framing } = crossed[way]
      const untold = framing - this.#told[way]
      const beside =
        this.#compressed?.[way].divide(untold, (record, bytes) => account.spend(record, way, bytes)) ?? untold
      this.#told[way] = 0
      if (headers === 0 && beside === 0) continue
      const record = (this.#rest[way] ??= this.#newRecord(this.#charged, way, 'rest'))
      account.spend(record, way, { headers, framing: beside })
    }
  }
}
