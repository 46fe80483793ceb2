/** Bits of the first two bytes of a WebSocket frame (RFC 6455, section 5.2). */
const FIN = 0x80
const OPCODE = 0x0f
const LENGTH = 0x7f
const MASKED = 0x80

const CONTINUATION = 0
const TEXT = 1

interface ReadFrame {
  opcode: number
  mask: Buffer
  /** Masked. */
  payload: Buffer
  /** As it came. */
  whole: Buffer
}

/** The first frame of a client in these bytes; null before it is complete. */
function readFrame(bytes: Buffer): ReadFrame | null {
  if (bytes.length < 2) return null
  const short = bytes.readUInt8(1) & LENGTH
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0
  const headBytes = 2 + lengthBytes + 4
  if (bytes.length < headBytes) return null
  const length =
    lengthBytes === 0 ? short : lengthBytes === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  if (bytes.length < headBytes + length) return null
  return {
    opcode: bytes.readUInt8(0) & OPCODE,
    mask: bytes.subarray(headBytes - 4, headBytes),
    payload: bytes.subarray(headBytes, headBytes + length),
    whole: bytes.subarray(0, headBytes + length),
  }
}

/** A masked frame of less than 65,536 bytes. */
function frameOf(firstByte: number, mask: Buffer, payload: Buffer): Buffer {
  const { length } = payload
  const size = length < 126 ? Buffer.from([MASKED | length]) : Buffer.from([MASKED | 126, length >> 8, length & 0xff])
  return Buffer.concat([Buffer.from([firstByte]), size, mask, payload])
}

/**
 * Divides each text frame of a client into two, as a proxy may (RFC 6455, section 5.4). The message stays the same.
 * @returns what is sent instead of the next bytes of a connection
 */
export function fragmentFrames(): (chunk: Buffer) => Buffer {
  let pending = Buffer.alloc(0)
  return (chunk) => {
    pending = Buffer.concat([pending, chunk])
    const sent: Buffer[] = []
    for (let frame = readFrame(pending); frame; frame = readFrame(pending)) {
      const { opcode, mask, payload, whole } = frame
      pending = pending.subarray(whole.length)
      // The mask has four bytes: the second part begins with the first of them again.
      const half = Math.floor(payload.length / 2 / 4) * 4
      if (opcode !== TEXT) sent.push(whole)
      else {
        sent.push(frameOf(TEXT, mask, payload.subarray(0, half)))
        sent.push(frameOf(FIN | CONTINUATION, mask, payload.subarray(half)))
      }
    }
    return Buffer.concat(sent)
  }
}
