/**
 * What a server that pushes wraps around a batch: the same JSON under each of these, so that one's bytes follow from another's.
 * Valid where each batch is a piece of its own, which it is while the room is slower than the server.
 */
import type { Framing } from '../transports.ts'
import { frameHeadBytes } from './bytes.ts'

export interface PushedBatch {
  /** The batch as JSON. */
  batchBytes: number
  /** A cursor, as an SSE event carries it once more. */
  cursorBytes: number
}

/** A batch beside its events, each of which is followed by a comma but the last. `known` of a snapshot is left out. */
export const envelopeBytes = (cursorBytes: number): number => '{"cursor":"","events":[]}'.length + cursorBytes - 1

/** A chunk of an HTTP/1.1 answer (RFC 9112 section 7.1): its size in hex, and a line's end behind that and behind the piece. */
export function chunkBytes(pieceBytes: number): number {
  return Math.round(pieceBytes).toString(16).length + 2 + pieceBytes + 2
}

const framed = (payloadBytes: number): number => frameHeadBytes(payloadBytes, 'down') + payloadBytes

/** Bytes of the text itself, which is ASCII here. */
const WRAPPED = {
  websocket: '{"type":"batch","batch":}'.length,
  sse: 'id: \ndata: \n\n'.length,
  httpStream: '\n'.length,
  socketIo: '42["batch",]'.length,
} as const

export const pushedBytes = {
  websocket: ({ batchBytes }: PushedBatch): number => framed(WRAPPED.websocket + batchBytes),
  /** WHATWG HTML, section 9.2: an id and a line of data, then an empty line. */
  sse: ({ batchBytes, cursorBytes }: PushedBatch): number => chunkBytes(WRAPPED.sse + cursorBytes + batchBytes),
  'http-stream': ({ batchBytes }: PushedBatch): number => chunkBytes(WRAPPED.httpStream + batchBytes),
  /** Engine.IO's 4 for a message, Socket.IO's 2 for an event, its name and what it carries as an array. */
  'socket-io': ({ batchBytes }: PushedBatch): number => framed(WRAPPED.socketIo + batchBytes),
} as const satisfies Record<Framing, (pushed: PushedBatch) => number>

/** The batch within a frame of so many bytes, head included: the other way round. */
export function batchInFrame(frameBytes: number): number {
  // The first head that is long enough for what it leaves. A mean of frames need not be whole.
  const headBytes = [2, 4, 10].find((bytes) => frameHeadBytes(Math.ceil(frameBytes - bytes), 'down') <= bytes) ?? 10
  return frameBytes - headBytes - WRAPPED.websocket
}
