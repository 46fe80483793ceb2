import { LIMITS } from '../../protocol.ts'

/** A draft whose every character is escaped in JSON (`\ud83d\ude00` is 12 bytes), and its envelope. */
export const MAX_BODY_BYTES = LIMITS.textLength * 12 + 1024

/** Requests of one HTTP/1.1 connection that may be under way: only who pipelines has more than one. */
export const MAX_OPEN_REQUESTS = 64

/** Frames of one socket that may wait while the store is slow. */
export const MAX_WAITING_FRAMES = 256
