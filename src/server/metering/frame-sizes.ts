/** Bytes of a WebSocket frame that a server sends. RFC 6455, 5.2: a head of 2, 4 or 10 bytes, by the length of the payload. */
export const downBytes = (length: number): number => length + (length < 126 ? 2 : length < 65_536 ? 4 : 10)

/** Bytes of a WebSocket frame that a client sends, with its masking key of 4 bytes. */
export const upBytes = (length: number): number => downBytes(length) + 4

/** Bytes of the head of a frame that a server sends, by the size of the whole frame. */
export const headBytesOf = (frameBytes: number): number => (frameBytes < 128 ? 2 : frameBytes < 65_540 ? 4 : 10)
