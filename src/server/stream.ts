import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FrameKind } from '../meter.ts'
import type { Cursor, Problem } from '../protocol.ts'
import { oncePer, type EncodedBatch } from './encoded-batch.ts'
import { NO_FRAME_METER, type FrameMeter } from './frame-meter.ts'
import { chunkBytes } from './frame-sizes.ts'
import { isGone } from './gone.ts'
import type { Beating, Heartbeat } from './heartbeat.ts'
import type { Membership } from './membership.ts'
import { problems } from './problem.ts'
import { Subscription, type Sink } from './subscription.ts'

/** How a streamed transport writes what it has to say. */
export interface StreamFormat {
  contentType: string
  /** Written first, if anything. */
  opening: string
  batch: (batch: EncodedBatch) => string
  /** Written when nothing else was for a while. */
  beat: string
  problem: (problem: Problem) => string
}

/** RFC 9112, 7.1. Made once for all readers and written past Node's response, which would write it in three pieces. */
function asChunk(piece: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')])
}

interface Piece {
  bytes: Buffer
  chunk: Buffer
}

/** What all streams of one format share. */
interface Pieces {
  batch: (batch: EncodedBatch) => Piece
  beat: Piece
  problem: (problem: Problem) => Piece
}

function asPiece(text: string): Piece {
  const bytes = Buffer.from(text)
  return { bytes, chunk: asChunk(bytes) }
}

/** Makes a function that opens streams of one format. */
export function streamer(
  format: StreamFormat,
): (request: FastifyRequest, reply: FastifyReply, after: Cursor | null) => void {
  const opening = format.opening === '' ? null : asPiece(format.opening)
  const pieces: Pieces = {
    batch: oncePer((batch: EncodedBatch) => asPiece(format.batch(batch))),
    beat: asPiece(format.beat),
    problem: (problem) => asPiece(format.problem(problem)),
  }

  return (request, reply, after) => {
    const { room, reader, meter } = request.context
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, {
      'content-type': format.contentType,
      // no-transform, since what compresses an answer holds it back until there is enough of it; nginx has its own word.
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    // A browser then knows that the connection is open, however long the room stays quiet.
    raw.flushHeaders()
    const frames = meter.startFrames('stream', 200)
    if (frames !== NO_FRAME_METER) raw.on('close', () => frames.end())
    if (request.method === 'HEAD') {
      raw.end()
      return
    }
    const stream = new StreamConnection(raw, frames, reader.membership, pieces)
    if (opening) stream.send(opening, 'retry')
    stream.follow(new Subscription(room.log, reader, after, stream), request.server.heartbeat)
  }
}

/** An answer that goes on for as long as somebody reads it. */
class StreamConnection implements Sink, Beating {
  readonly #response: ServerResponse
  readonly #meter: FrameMeter
  readonly #membership: Membership | null
  readonly #pieces: Pieces
  #subscription: Subscription | null = null
  #heartbeat: Heartbeat | null = null
  /** Bytes of the body so far. */
  #bodyBytes = 0
  lastSentAt = 0

  constructor(response: ServerResponse, meter: FrameMeter, membership: Membership | null, pieces: Pieces) {
    this.#response = response
    this.#meter = meter
    this.#membership = membership
    this.#pieces = pieces
  }

  follow(subscription: Subscription, heartbeat: Heartbeat): void {
    if (this.#response.writableEnded) return
    this.#subscription = subscription
    this.#heartbeat = heartbeat
    heartbeat.add(this)
    this.#response.on('close', () => heartbeat.remove(this))
  }

  write(batch: EncodedBatch): boolean {
    if (this.send(this.#pieces.batch(batch), 'batch', batch)) return true
    // A response that waits for its turn on the connection drains itself.
    const draining = socketOf(this.#response) ?? this.#response
    draining.once('drain', () => this.#subscription?.resume())
    return false
  }

  beat(): void {
    // A connection that is full has something to bring already.
    if (this.#subscription?.isFull) return
    const moved = this.#subscription?.takeMovedPosition()
    if (moved) this.write(moved)
    else this.send(this.#pieces.beat, 'beat')
  }

  end(): void {
    if (this.#membership?.isEnded) {
      const { problem } = problems.memberEnded('this member has left the room: join again')
      this.send(this.#pieces.problem(problem), 'error')
    }
    this.#heartbeat?.remove(this)
    this.#response.end()
  }

  /** False when the network has taken less than it was given. */
  send({ bytes, chunk }: Piece, kind: FrameKind, batch: EncodedBatch | null = null): boolean {
    const response = this.#response
    if (isGone(response) || response.writableEnded) return true
    this.lastSentAt = this.#heartbeat?.now ?? 0
    this.#bodyBytes += bytes.length
    const isChunked = response.chunkedEncoding
    const size = bytes.length + (isChunked ? chunkBytes(bytes.length) : 0)
    this.#meter.sent(kind, size, batch, this.#bodyBytes)
    const socket = socketOf(response)
    return socket && isChunked ? socket.write(chunk) : response.write(bytes)
  }
}

/** null while the response waits for its turn on the connection, and on HTTP/2, where it shares the connection. */
function socketOf(response: ServerResponse): Socket | null {
  return 'stream' in response ? null : response.socket
}
