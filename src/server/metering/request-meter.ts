import { noBytes, totalBytes, type ByteSplit, type RequestRecord } from '../../meter.ts'
import type { Draft } from '../../protocol.ts'
import type { ByteSource, HeadAndBody } from './byte-source.ts'
import { serverNow } from '../log/clock.ts'
import type { EncodedBatch } from '../log/encoded-batch.ts'
import { MemberFrameMeter, NO_FRAME_METER, type FrameMeter } from './frame-meter.ts'
import type { Preflight } from './client-connection.ts'
import type { ConnectionUse, OpenMeter } from './member-usage.ts'

/** The meter of a request or a frame that may carry drafts. */
export interface DraftCarrier {
  /** Called for each draft that was carried. */
  countDraft(draft: Draft): void
}

/** Counts one request and its answer for the member that sent the request. */
export interface RequestMeter extends DraftCarrier {
  /** The answer is held from now on. */
  startHold(): void
  /** The answer acknowledges this draft, and may contain more. */
  addAcknowledgement(draftId: string): void
  /** A poll is answered with a batch, or with null for no change. */
  countPollAnswer(batch: EncodedBatch | null): void
  /** The answer is about to be sent. Without `bodyBytes`, those of `finish` count. */
  markAnswered(status: number, bodyBytes?: number): void
  /** The head of the answer was sent, and frames follow. */
  startFrames(kind: 'stream' | 'socket', status: number, isCompressed?: boolean): FrameMeter
  /** The answer was sent, or the connection broke. */
  finish(bodyBytes: number): void
}

/** For requests without a member. */
export const NO_METER: RequestMeter = {
  countDraft: () => undefined,
  startHold: () => undefined,
  addAcknowledgement: () => undefined,
  countPollAnswer: () => undefined,
  markAnswered: () => undefined,
  startFrames: () => NO_FRAME_METER,
  finish: () => undefined,
}

/** The properties of a request that its meter needs. */
export interface MeteredRequest {
  readonly source: ByteSource
  readonly method: string
  /** ms since the epoch, server clock. */
  readonly receivedAt: number
  /** Content-Length of the request; undefined without one. */
  readonly bodyBytes: number | undefined
  /** With the query, without tokens. */
  readonly recordedPath: string
}

/**
 * Splits the bytes of a request or an answer into its parts, and adds the parts to both sums. Of a message that was cut off,
 * fewer body bytes than text bytes may have been transferred.
 *
 * @param contentBytes size of the JSON in the body
 */
function attribute(
  { head, body }: HeadAndBody,
  contentBytes: number,
  textBytes: number,
  request: ByteSplit,
  total: ByteSplit,
): void {
  const payload = Math.min(textBytes, body)
  const envelope = Math.max(0, Math.min(contentBytes, body) - payload)
  const framing = body - envelope - payload
  request.headers += head
  request.framing += framing
  request.envelope += envelope
  request.payload += payload
  total.headers += head
  total.framing += framing
  total.envelope += envelope
  total.payload += payload
}

function countPreflight(use: ConnectionUse, preflight: Preflight): void {
  const { path, receivedAt, answeredAt, upBytes, downBytes } = preflight
  use.counts.requests += 1
  use.counts.up.headers += upBytes
  use.counts.down.headers += downBytes
  if (!use.usage.isTraced) return
  use.usage.addRecord({
    type: 'request',
    id: use.usage.newRecordId(),
    transport: use.transport,
    kind: 'preflight',
    method: 'OPTIONS',
    path,
    connection: use.number,
    receivedAt,
    answeredAt,
    status: 204,
    isOver: true,
    up: { ...noBytes(), headers: upBytes },
    down: { ...noBytes(), headers: downBytes },
  })
}

/**
 * One request of a member and its answer, counted at the socket. All bytes between two reads of the byte source belong to the
 * request in between. The sizes of body and text are known from the request, and the remaining bytes are the head. So the
 * parts add up to the transferred bytes, independent of the headers that Node, Fastify or a browser sends.
 */
export class MemberRequestMeter implements RequestMeter, OpenMeter {
  readonly #use: ConnectionUse
  readonly #request: MeteredRequest
  readonly #id: number
  readonly #up = noBytes()
  readonly #down = noBytes()
  #kind: RequestRecord['kind']
  #draftIds: string[] | undefined
  #postedTextBytes = 0
  #ackedIds: string[] | undefined
  #answer: EncodedBatch | null = null
  #isPollAnswered = false
  #answerBytes: number | undefined
  #heldFrom: number | undefined
  #heldTo: number | undefined
  #answeredAt: number | undefined
  #status: number | undefined
  #frames: MemberFrameMeter | null = null
  #isOver = false
  #record: RequestRecord | null = null

  /**
   * Counts the request at once. A request outside transports, for example a post, counts for the transport by which the
   * member reads.
   *
   * @param isPoll the request reads by a transport
   * @param preflights of this request, which are counted with it
   */
  constructor(use: ConnectionUse, isPoll: boolean, request: MeteredRequest, preflights: readonly Preflight[]) {
    this.#use = use
    this.#request = request
    this.#kind = isPoll ? 'poll' : 'other'
    use.usage.readTransport = use.transport
    use.counts.requests += 1
    for (const preflight of preflights) countPreflight(use, preflight)
    this.#id = use.usage.newRecordId()
    this.#recordIfTraced()
  }

  countDraft({ id, text }: Draft): void {
    this.#kind = 'post'
    ;(this.#draftIds ??= []).push(id)
    const textBytes = Buffer.byteLength(text)
    this.#postedTextBytes += textBytes
    // Socket.IO answers a post before it handles the packets in the post.
    if (this.#isOver) {
      for (const sum of [this.#up, this.#use.counts.up]) {
        sum.envelope -= textBytes
        sum.payload += textBytes
      }
    }
    this.#recordIfTraced()
  }

  startHold(): void {
    this.#heldFrom ??= serverNow()
    this.#use.usage.addOpenMeter(this)
    if (!this.#use.usage.isTraced) return
    this.countDelta()
    this.#use.usage.addRecord(this.toRecord())
  }

  addAcknowledgement(draftId: string): void {
    ;(this.#ackedIds ??= []).push(draftId)
  }

  countPollAnswer(batch: EncodedBatch | null): void {
    // The request was aborted: no client receives this answer.
    if (this.#isOver) return
    this.#answer = batch
    this.#isPollAnswered = true
    const counts = this.#use.counts
    counts.delivered += batch?.newMessageIds.length ?? 0
    counts.polls += 1
    if (!batch?.newEventCount && !this.#ackedIds) counts.empty += 1
    if (this.#heldFrom !== undefined) this.#heldTo = serverNow()
    this.#recordIfTraced()
  }

  markAnswered(status: number, bodyBytes?: number): void {
    if (this.#isOver || this.#status !== undefined) return
    this.#answeredAt = serverNow()
    this.#status = status
    this.#answerBytes = bodyBytes
    this.#recordIfTraced()
  }

  startFrames(kind: 'stream' | 'socket', status: number, isCompressed = false): FrameMeter {
    this.#kind = kind
    this.markAnswered(status)
    this.#countBytes(0)
    this.#use.counts.opening += totalBytes(this.#up) + totalBytes(this.#down)
    const { source } = this.#request
    this.#use.usage.addOpenMeter(this)
    this.#frames = new MemberFrameMeter(this.#use, this.#id, source, isCompressed, () => this.#close())
    this.#recordIfTraced()
    return this.#frames
  }

  finish(bodyBytes: number): void {
    // The frame meter ends the request: a socket's close frame is counted after its request has ended.
    if (this.#isOver || this.#frames) return
    this.#countBytes(this.#answerBytes ?? bodyBytes)
    this.#close()
  }

  get streamedBytes(): number | null {
    return this.#kind === 'stream' ? (this.#frames?.streamedBytes ?? 0) : null
  }

  /** The body of a post is split when the post has ended: its text is known then. */
  countDelta(): void {
    if (this.#frames) this.#frames.countDelta()
    else if (this.#request.method === 'GET') this.#countBytes(0)
  }

  toRecord(): RequestRecord {
    const { method, recordedPath, receivedAt } = this.#request
    const record = (this.#record ??= {
      type: 'request',
      id: this.#id,
      transport: this.#use.transport,
      kind: this.#kind,
      method,
      path: recordedPath,
      connection: this.#use.number,
      receivedAt,
      isOver: false,
      up: this.#up,
      down: this.#down,
    })
    record.kind = this.#kind
    record.isOver = this.#isOver
    if (this.#heldFrom !== undefined) record.heldFrom = this.#heldFrom
    if (this.#heldTo !== undefined) record.heldTo = this.#heldTo
    if (this.#answeredAt !== undefined) record.answeredAt = this.#answeredAt
    if (this.#status !== undefined) record.status = this.#status
    if (this.#draftIds) record.posts = this.#draftIds
    if (this.#ackedIds) record.acks = this.#ackedIds
    if (this.#isPollAnswered) record.events = this.#answer?.newEventCount ?? 0
    if (this.#answer) record.brings = this.#answer.newMessageIds
    return record
  }

  #countBytes(answerBytes: number): void {
    const { source, bodyBytes = this.#postedTextBytes } = this.#request
    const { up, down } = source.readDelta(bodyBytes, answerBytes)
    const counts = this.#use.counts
    attribute(up, bodyBytes, this.#postedTextBytes, this.#up, counts.up)
    attribute(down, this.#answer?.jsonBytes ?? answerBytes, this.#answer?.textBytes ?? 0, this.#down, counts.down)
  }

  #close(): void {
    this.#isOver = true
    this.#recordIfTraced()
    this.#use.usage.removeOpenMeter(this)
  }

  #recordIfTraced(): void {
    if (this.#use.usage.isTraced) this.#use.usage.addRecord(this.toRecord())
  }
}
