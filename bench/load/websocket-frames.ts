/** WebSocket frames of these servers are neither masked nor fragmented. */
export const TEXT = 1
export const CLOSE = 8
export const PING = 9
export const PONG = 10

/** Calls `found` for each complete frame. @returns the offset of the first incomplete one */
export function readFrames(
  bytes: Buffer,
  from: number,
  to: number,
  found: (opcode: number, from: number, to: number) => void,
): number {
  for (let at = from; ;) {
    if (to - at < 2) return at
    const short = (bytes[at + 1] ?? 0) & 127
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    if (to - at < head) return at
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2))
    const end = at + head + length
    if (end > to) return at
    found((bytes[at] ?? 0) & 15, at + head, end)
    at = end
  }
}

/** A client must mask its frames. A mask of zeros leaves the payload unchanged. */
export function clientFrame(opcode: number, payload: string | Buffer): Buffer {
  const data = Buffer.from(payload)
  if (data.length > 65_535) throw new RangeError(`a frame of ${data.length} bytes is not allowed: at most 65535`)
  const size = data.length < 126 ? [0x80 | data.length] : [0x80 | 126, data.length >> 8, data.length & 255]
  return Buffer.concat([Buffer.from([0x80 | opcode, ...size, 0, 0, 0, 0]), data])
}
