/** Bytes of a WebSocket frame that a server sends. RFC 6455, 5.2: a head of 2, 4 or 10 bytes, by the payload's length. */
export const downBytes = (length: number): number => length + (length < 126 ? 2 : length < 65_536 ? 4 : 10)

/** Bytes of a WebSocket frame that a client sends: with a mask of 4. */
export const upBytes = (length: number): number => downBytes(length) + 4
