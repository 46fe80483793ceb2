import { LIMITS } from '../../protocol.ts'

/** The longest draft with every character escaped in JSON (`\ud83d\ude00` is 12 bytes), and the JSON around it. */
export const MAX_BODY_BYTES = LIMITS.textLength * 12 + 1024

/** Requests of one HTTP/1.1 connection that may be unanswered: only a client that pipelines has more than one. */
export const MAX_OPEN_REQUESTS = 64

/** A connection with more open requests than this has to wait: in each turn of the event loop, this many of its requests begin. */
export const REQUESTS_PER_TURN = 8

/** Frames of one socket that may be queued while the store is slow. */
export const MAX_WAITING_FRAMES = 256

/** Heartbeats after which a connection whose peer is gone has ended, and after which a member without a sign is gone. */
export const GONE_AFTER_HEARTBEATS = 2.5

/** Heartbeats without a sign of a member after which its streams end. They are checked each half heartbeat. */
export const SIGN_WITHIN_HEARTBEATS = 2

/** The same with a shared store: another server may get the requests of the member, and this one does not learn of them. */
export const SHARED_SIGN_WITHIN_HEARTBEATS = 8

/**
 * Socket.IO sessions of one address that poll. Unlike other readers, these last without a connection, for two heartbeats after
 * their last poll. All clients behind a proxy may have its address.
 */
export const MAX_POLLING_SESSIONS = 2000

/** The window of a compressed socket, to send: 2 to the power of this number of bytes. */
export const SERVER_WINDOW_BITS = 12
