/**
 * Sizes of the frames and chunks around this project's JSON. The meters of the server, the models and the benchmark divide bytes
 * by these functions, so that a part means the same everywhere.
 */
import type { Way } from './meter.ts'

/** The mask that every frame of a client carries. */
const MASK_BYTES = 4

/**
 * The head of a WebSocket frame (RFC 6455, section 5.2): 2 bytes; 2 more from 126 bytes of payload on, 8 more instead from
 * 65,536 on; 4 more for the mask that every frame from a client carries. Without extensions (permessage-deflate is off).
 */
export function frameHeadBytes(payloadBytes: number, way: Way): number {
  const length = payloadBytes < 126 ? 0 : payloadBytes < 65_536 ? 2 : 8
  return 2 + length + (way === 'up' ? MASK_BYTES : 0)
}

/** A WebSocket frame with its head. */
export const frameBytes = (payloadBytes: number, way: Way): number => payloadBytes + frameHeadBytes(payloadBytes, way)

/** The head of a frame that a server sends, by the size of the whole frame, which need not be whole: a mean of frames. */
export const headBytesOf = (wholeBytes: number): number => (wholeBytes <= 127 ? 2 : wholeBytes <= 65_539 ? 4 : 10)

/** A chunk of an HTTP/1.1 answer (RFC 9112, section 7.1): its size in hex, and a line's end behind that and behind the piece. */
export function chunkBytes(pieceBytes: number): number {
  return Math.round(pieceBytes).toString(16).length + 2 + pieceBytes + 2
}
