import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FrameKind } from '../../meter.ts'
import { HEARTBEAT_HEADER, type Cursor, type Problem } from '../../protocol.ts'
import { GONE_AFTER_HEARTBEATS, SHARED_SIGN_WITHIN_HEARTBEATS, SIGN_WITHIN_HEARTBEATS } from '../config/limits.ts'
import type { Config } from '../config/settings.ts'
import { endConnection } from '../http/unread.ts'
import { wasEventLoopBlocked } from '../log/clock.ts'
import { HoldQueue, type Hold } from '../log/hold-queue.ts'
import { memoize, type EncodedBatch } from '../log/encoded-batch.ts'
import { NO_FRAME_METER, type FrameMeter } from '../metering/frame-meter.ts'
import { isDisconnected } from '../http/disconnect.ts'
import type { HeartbeatTarget, Heartbeat } from '../log/heartbeat.ts'
import type { Log } from '../log/log.ts'
import type { Membership } from '../room/membership.ts'
import { memberEnded } from '../errors/store-errors.ts'
import { problemOf } from '../http/problems.ts'
import { Subscription, type Reader, type Sink } from '../log/subscription.ts'

/** The format of a streamed transport. */
export interface StreamFormat {
  contentType: string
  /** Written first, unless empty. */
  opening: string
  batch: (batch: EncodedBatch) => string
  /** Written after an interval without another write. */
  heartbeat: string
  problem: (problem: Problem) => string
}

interface StreamLimits {
  /** From one check to the next. */
  checkMs: number
  /** In which a member has to give a sign. */
  signWithinMs: number
  /** For a reader without a token. */
  anonymousMs: number
}

interface Piece {
  /** A part of the chunk. */
  bytes: Buffer
  /** A chunk of RFC 9112, 7.1. Encoded once for all readers and written past Node's response, which would write three pieces. */
  chunk: Buffer
  /** Size of the JSON in it. */
  contentBytes: number
}

/** The pieces that all streams of one format share. */
interface Pieces {
  batch: (batch: EncodedBatch) => Piece
  heartbeat: Piece
  problem: (problem: Problem) => Piece
}

function encodePiece(text: string, contentBytes = 0): Piece {
  const length = Buffer.byteLength(text)
  const head = `${length.toString(16)}\r\n`
  const chunk = Buffer.allocUnsafe(head.length + length + 2)
  chunk.write(head, 'latin1')
  chunk.write(text, head.length)
  chunk.write('\r\n', head.length + length, 'latin1')
  return { bytes: chunk.subarray(head.length, head.length + length), chunk, contentBytes }
}

/** Returns a function that opens streams of one format. */
export function streamOpener(
  format: StreamFormat,
  { heartbeat, anonymousStream, store }: Config,
): (request: FastifyRequest, reply: FastifyReply, after: Cursor | null) => void {
  const opening = format.opening === '' ? null : encodePiece(format.opening)
  const pieces: Pieces = {
    batch: memoize((batch: EncodedBatch) => encodePiece(format.batch(batch), batch.jsonBytes)),
    heartbeat: encodePiece(format.heartbeat),
    problem: (problem) => encodePiece(format.problem(problem), Buffer.byteLength(JSON.stringify(problem))),
  }
  const limits: StreamLimits = {
    checkMs: (GONE_AFTER_HEARTBEATS - SIGN_WITHIN_HEARTBEATS) * heartbeat,
    signWithinMs: (store === 'memory' ? SIGN_WITHIN_HEARTBEATS : SHARED_SIGN_WITHIN_HEARTBEATS) * heartbeat,
    anonymousMs: anonymousStream,
  }

  return (request, reply, after) => {
    const { room, reader, meter } = request.context
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, {
      'content-type': format.contentType,
      // A proxy that compresses an answer delays it until it has enough bytes: no-transform, and x-accel-buffering for nginx.
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      // A member has to send a request about this often while it reads: see SIGN_WITHIN_HEARTBEATS.
      [HEARTBEAT_HEADER]: heartbeat,
    })
    // A browser then knows that the connection is open, even in a quiet room.
    raw.flushHeaders()
    const frames = meter.startFrames('stream', 200)
    if (frames !== NO_FRAME_METER) raw.on('close', () => frames.finish())
    if (request.method === 'HEAD') {
      raw.end()
      return
    }
    const stream = new StreamConnection(request, raw, frames, pieces, limits)
    if (opening) stream.send(opening, 'retry')
    stream.subscribe(room.log, reader, after)
  }
}

/** Checks of all streams. */
const checkQueue = new HoldQueue()

/** An answer that lasts until its reader ends, or gives no sign any more. */
class StreamConnection implements Sink, HeartbeatTarget, Hold {
  readonly #response: ServerResponse
  readonly #meter: FrameMeter
  readonly #membership: Membership | null
  readonly #connection: Socket
  readonly #heartbeat: Heartbeat
  readonly #pieces: Pieces
  /** The socket for encoded chunks; null while the response is queued behind another, and for answers without such chunks. */
  #socket: Socket | null = null
  #subscription: Subscription | null = null
  #isOver = false
  #bodyBytes = 0
  lastSentSlice = 0
  readonly #limits: StreamLimits
  readonly #openedAt = performance.now()
  deadline = 0
  previous: Hold | null = null
  next: Hold | null = null

  constructor(
    { context, server }: FastifyRequest,
    response: ServerResponse,
    meter: FrameMeter,
    pieces: Pieces,
    limits: StreamLimits,
  ) {
    this.#response = response
    this.#meter = meter
    this.#membership = context.reader.membership
    this.#connection = context.connection.connection
    this.#heartbeat = server.heartbeat
    this.#pieces = pieces
    this.#limits = limits
    this.#isOver = isDisconnected(response)
    response.on('close', () => this.#stop())
  }

  subscribe(log: Log, reader: Reader, after: Cursor | null): void {
    this.#heartbeat.add(this)
    checkQueue.add(this, this.#limits.checkMs)
    this.#subscription = new Subscription(log, reader, after, this)
  }

  write(batch: EncodedBatch): boolean {
    if (this.send(this.#pieces.batch(batch), 'batch', batch)) return true
    // A response that is queued behind another emits `drain` itself.
    const draining = this.#socket ?? this.#response
    draining.once('drain', () => this.#subscription?.resume())
    return false
  }

  onHeartbeat(): void {
    // A full write buffer already contains data for the peer.
    if (this.#subscription?.isFull) return
    const moved = this.#subscription?.pullPositionUpdate()
    if (moved) this.write(moved)
    else this.send(this.#pieces.heartbeat, 'heartbeat')
  }

  /**
   * Ends the stream of a member that gave no sign, and a stream without a member after its time. The kernel takes every heartbeat
   * for a peer that is gone, so nothing else shows it.
   */
  expire(): void {
    const { checkMs, signWithinMs, anonymousMs } = this.#limits
    const wasBlocked = wasEventLoopBlocked(this.deadline, signWithinMs)
    checkQueue.remove(this, checkMs)
    const silentMs = performance.now() - (this.#membership?.lastSignAt ?? this.#openedAt)
    if (wasBlocked || silentMs < (this.#membership ? signWithinMs : anonymousMs)) {
      checkQueue.add(this, checkMs)
      return
    }
    this.end()
    endConnection(this.#connection)
  }

  end(): void {
    if (this.#membership?.isEnded) {
      this.send(this.#pieces.problem(problemOf(memberEnded(this.#membership.endReason))), 'error')
    }
    this.#stop()
    this.#response.end()
  }

  /** False when the write buffer is full. */
  send({ bytes, chunk, contentBytes }: Piece, kind: FrameKind, batch: EncodedBatch | null = null): boolean {
    if (this.#isOver) return true
    this.lastSentSlice = this.#heartbeat.currentSlice
    this.#bodyBytes += bytes.length
    this.#socket ??= socketOf(this.#response)
    if (this.#socket) {
      this.#meter.countSent(kind, chunk.length, contentBytes, batch, this.#bodyBytes)
      return this.#socket.write(chunk)
    }
    // On HTTP/1.1, Node then encodes the chunk.
    const size = this.#response.chunkedEncoding ? chunk.length : bytes.length
    this.#meter.countSent(kind, size, contentBytes, batch, this.#bodyBytes)
    return this.#response.write(bytes)
  }

  #stop(): void {
    this.#isOver = true
    this.#heartbeat.remove(this)
    checkQueue.remove(this, this.#limits.checkMs)
  }
}

/** null while the response is queued behind another, on HTTP/2, and on HTTP/1.0, which has no chunks. */
function socketOf(response: ServerResponse): Socket | null {
  return 'stream' in response || !response.chunkedEncoding ? null : response.socket
}
