import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { memoize, type EncodedBatch } from '../log/encoded-batch.ts'
import { isDisconnected } from '../http/disconnect.ts'
import { memberEnded } from '../errors/store-errors.ts'
import type { PendingAnswer } from '../log/subscription.ts'
import type { HeldPoll } from '../room/membership.ts'

/** An answer in one piece, head and body: a string with one character per byte. */
interface EncodedAnswer {
  status: number
  text: string
  bodyBytes: number
}

function encodeAnswer(status: string, headers: string, body: string): EncodedAnswer {
  const bytes = Buffer.from(body)
  const text = `HTTP/1.1 ${status}\r\n${headers}cache-control: no-store\r\n\r\n${bytes.toString('latin1')}`
  return { status: parseInt(status, 10), text, bodyBytes: bytes.length }
}

const batchAnswer = memoize(({ json }: EncodedBatch) =>
  encodeAnswer('200 OK', `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(json)}\r\n`, json),
)

const NO_CONTENT = encodeAnswer('204 No Content', '', '')

/**
 * ms for which a poll is held at least when a newer one of its member comes. Without this, two clients with one token would
 * answer each other's polls without a pause.
 */
const MIN_HOLD_MS = 1000

/** Answers a poll with a batch, or with 204 for no change. */
export class PollAnswer implements PendingAnswer, HeldPoll {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly #idleAfterHoldMs: number
  /** By performance.now(); null for a poll that is answered at once. */
  #heldSince: number | null = null

  /** @param idleAfterHoldMs ms after an expired hold in which the client has to send a request on this connection */
  constructor(request: FastifyRequest, reply: FastifyReply, idleAfterHoldMs: number) {
    this.#request = request
    this.#reply = reply
    this.#idleAfterHoldMs = idleAfterHoldMs
  }

  startHold(): void {
    const { meter, reader } = this.#request.context
    this.#heldSince = performance.now()
    meter.startHold()
    reader.membership?.pollHeld(this)
  }

  replace(): void {
    const { reader } = this.#request.context
    const leftMs = (this.#heldSince ?? 0) + MIN_HOLD_MS - performance.now()
    if (leftMs <= 0) reader.end()
    else setTimeout(() => reader.end(), leftMs).unref()
  }

  answer(batch: EncodedBatch | null): void {
    const reply = this.#reply
    const { meter, reader, room } = this.#request.context
    if (this.#heldSince !== null) {
      reader.membership?.pollAnswered(this)
      if (batch === null) this.#limitIdleTime()
    }
    if (isDisconnected(reply.raw)) {
      reply.hijack()
      return
    }
    if (reader.membership?.isEnded) {
      void reply.send(memberEnded(reader.membership.endReason))
      return
    }
    meter.countPollAnswer(batch)
    if (!room.log.isClosed && keepsConnection(this.#request) && '_header' in reply.raw) {
      reply.hijack()
      const encoded = batch ? batchAnswer(batch) : NO_CONTENT
      meter.markAnswered(encoded.status, encoded.bodyBytes)
      writeEncoded(reply.raw, encoded)
    } else if (batch) {
      void reply.type('application/json').send(batch.json)
    } else {
      void reply.code(204).send()
    }
  }

  /**
   * A client that is alive polls again when its hold has expired. The connection of one that is gone would otherwise stay open
   * for the whole keep-alive time.
   */
  #limitIdleTime(): void {
    const { raw } = this.#reply
    if ('stream' in raw) return
    const { socket } = raw
    // After Node has set the keep-alive time.
    if (socket) raw.once('finish', () => socket.setTimeout(this.#idleAfterHoldMs))
  }
}

/**
 * HTTP/1.1, no request to close the connection, and no CORS header to add. The answer then needs none of the headers that
 * Node adds (Date, Connection, Keep-Alive): a connection is kept open by default.
 */
function keepsConnection({ raw: { httpVersion, method, headers } }: FastifyRequest): boolean {
  const { connection, origin } = headers
  // The answer to HEAD has no body: a client would take it for the next answer.
  return (
    method !== 'HEAD' &&
    httpVersion === '1.1' &&
    origin === undefined &&
    (connection === undefined || connection === 'keep-alive')
  )
}

/**
 * Writes the answer in one piece, encoded once for all readers. Node would encode a head per answer, and write the body as a
 * second piece. A response keeps its head in `_header`, which is not public, and is the same in Node 18 to 24.
 */
function writeEncoded(response: ServerResponse, { status, text }: EncodedAnswer): void {
  response.statusCode = status
  ;(response as unknown as { _header: string })._header = text
  response.end()
}
