/**
 * The framing that each push transport adds to a batch. The JSON is the same, so the bytes of one transport follow from those of
 * another. Valid where each batch is a separate piece, that is while the room is slower than the server.
 */
import { chunkBytes, frameBytes, headBytesOf } from '../frame-sizes.ts'
import type { Framing } from '../transports.ts'

export interface PushedBatch {
  /** The batch as JSON. */
  batchBytes: number
  /** The cursor, which an SSE event contains a second time. */
  cursorBytes: number
}

/** A batch without its events. One comma is subtracted, since the last event has none. Without the `known` of a snapshot. */
export const envelopeBytes = (cursorBytes: number): number => '{"cursor":"","events":[]}'.length + cursorBytes - 1

const framed = (payloadBytes: number): number => frameBytes(payloadBytes, 'down')

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
  /** Engine.IO's 4 for a message, Socket.IO's 2 for an event, then an array of the event's name and data. */
  'socket-io': ({ batchBytes }: PushedBatch): number => framed(WRAPPED.socketIo + batchBytes),
} as const satisfies Record<Framing, (pushed: PushedBatch) => number>

/** Bytes of the batch in a frame of `wholeBytes`, head included: the inverse of `pushedBytes.websocket`. */
export const batchInFrame = (wholeBytes: number): number => wholeBytes - headBytesOf(wholeBytes) - WRAPPED.websocket
