import type { Random } from '../../../src/random.ts'
import { any, below, bytesOf, draftOf, isLikely, jsonOf, textOf } from './texts.ts'

export interface FrameInput {
  bytes: Buffer
  /** The bytes are whole frames: the server must answer a ping that follows, or close. */
  isWhole: boolean
}

/** One or several frames of a WebSocket client, right or wrong. */
export function framesOf(random: Random): FrameInput {
  if (isLikely(random, 0.1)) return { bytes: bytesOf(random, 40), isWhole: false }
  const frames = Array.from({ length: 1 + below(random, 3) }, () => frameOf(random))
  const bytes = Buffer.concat(frames)
  return isLikely(random, 0.1)
    ? { bytes: bytes.subarray(0, below(random, bytes.length)), isWhole: false }
    : { bytes, isWhole: true }
}

function frameOf(random: Random): Buffer {
  const payload = payloadOf(random)
  const opcode = isLikely(random, 0.92) ? 1 : below(random, 16)
  const isFinal = isLikely(random, 0.95)
  const rsv = isLikely(random, 0.97) ? 0 : below(random, 8)
  const isMasked = isLikely(random, 0.97)
  return assembled(
    payload,
    (isFinal ? 0x80 : 0) | (rsv << 4) | opcode,
    !isMasked ? null : Buffer.from([below(random, 256), below(random, 256), 3, 4]),
  )
}

/** The bytes of a frame whose length fits its payload. */
export function assembled(payload: Buffer, first: number, mask: Buffer | null): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : payload.length < 65_536 ? 4 : 10)
  head[0] = first
  head[1] = (mask ? 0x80 : 0) | (head.length === 2 ? payload.length : head.length === 4 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(payload.length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(payload.length), 2)
  if (!mask) return Buffer.concat([head, payload])
  return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))])
}

function payloadOf(random: Random): Buffer {
  return any<() => Buffer>(random, [
    () => Buffer.from(`{"type":"message","draft":${draftOf(random, `fuzz-${below(random, 1e9)}`)}}`),
    () => Buffer.from(jsonOf(random)),
    () => Buffer.from(textOf(random)),
    () => bytesOf(random, 130),
    () => Buffer.alloc(isLikely(random, 0.1) ? 70_000 : 126, 'x'),
  ])()
}

/** The body of a Socket.IO post: packets of Engine.IO, right or wrong. */
export function packetsOf(random: Random): Buffer {
  const packet = () =>
    any<() => string>(random, [
      () => `42["message",${draftOf(random, `fuzz-${below(random, 1e9)}`)}]`,
      () => `42${below(random, 1000)}["message",${jsonOf(random)}]`,
      () => `4${below(random, 10)}${jsonOf(random)}`,
      () => `${below(random, 10)}${textOf(random)}`,
      () => `45${below(random, 5)}-["message",{"_placeholder":true,"num":${below(random, 5)}}]`,
      () => `b${Buffer.from(textOf(random)).toString('base64')}`,
      () => textOf(random),
      () => any(random, ['1', '2', '3', '40', '41', '2probe', '5', '6', '40/other,', '43', '44{}']),
    ])()
  return Buffer.from(Array.from({ length: 1 + below(random, 4) }, packet).join('\x1e'))
}
