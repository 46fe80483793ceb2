import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface RawFrame {
  opcode: number
  payload: Buffer
}

export interface FrameForm {
  isFinal?: boolean
  /** Bits RSV1, RSV2 and RSV3 as 4, 2 and 1. */
  rsv?: number
  opcode?: number
  payload?: Buffer | string
  /** null: not masked, which only a server may do. */
  mask?: Buffer | null
  /** Bytes of the length field after its first 7 bits. By default as few as possible. */
  lengthBytes?: 0 | 2 | 8
  /** The length in the frame's head, if it differs from the length of the payload. */
  claimedLength?: bigint
}

/** The bytes of a frame, valid or not (RFC 6455, section 5.2). */
export function frameOf(form: FrameForm): Buffer {
  const { isFinal = true, rsv = 0, opcode = OPCODE.text, mask = Buffer.from([1, 2, 3, 4]) } = form
  const payload = Buffer.from(form.payload ?? '')
  const length = form.claimedLength ?? BigInt(payload.length)
  const lengthBytes = form.lengthBytes ?? (length < 126n ? 0 : length < 65_536n ? 2 : 8)
  const marker = lengthBytes === 0 ? Number(length) : lengthBytes === 2 ? 126 : 127
  const head = Buffer.alloc(2 + lengthBytes)
  head[0] = (isFinal ? 0x80 : 0) | (rsv << 4) | opcode
  head[1] = (mask ? 0x80 : 0) | marker
  if (lengthBytes === 2) head.writeUInt16BE(Number(length), 2)
  if (lengthBytes === 8) head.writeBigUInt64BE(length, 2)
  if (!mask) return Buffer.concat([head, payload])
  return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0))])
}

/** The payload of a close frame. */
export function closePayload(code: number, reason: Buffer | string = ''): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(code)
  return Buffer.concat([bytes, Buffer.from(reason)])
}

/** A WebSocket whose bytes the test writes. */
export class RawWebSocket {
  readonly #socket: Socket
  readonly #frames: RawFrame[] = []
  #received = Buffer.alloc(0)
  #wake: () => void = () => undefined
  #hasEnded = false

  private constructor(socket: Socket, first: Buffer) {
    this.#socket = socket
    this.#take(first)
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('close', () => {
      this.#hasEnded = true
      this.#wake()
    })
  }

  static async open(port: number, path: string, protocols: readonly string[] = []): Promise<RawWebSocket> {
    const socket = connect(port, '127.0.0.1')
    socket.setNoDelay(true)
    socket.on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
    await once(socket, 'connect')
    const offer = protocols.length > 0 ? `Sec-WebSocket-Protocol: ${protocols.join(', ')}\r\n` : ''
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${offer}` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    let answer = Buffer.alloc(0)
    while (!answer.includes('\r\n\r\n')) answer = Buffer.concat([answer, ((await once(socket, 'data')) as [Buffer])[0]])
    if (!answer.toString('latin1').startsWith('HTTP/1.1 101')) throw new Error(answer.toString('latin1'))
    return new RawWebSocket(socket, answer.subarray(answer.indexOf('\r\n\r\n') + 4))
  }

  write(bytes: Buffer): void {
    this.#socket.write(bytes)
  }

  /** The next unread frame. null: the connection ended. */
  async next(): Promise<RawFrame | null> {
    while (this.#frames.length === 0 && !this.#hasEnded) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#frames.shift() ?? null
  }

  /** Reads frames up to the first of this kind. */
  async nextOf(isWanted: (frame: RawFrame) => boolean): Promise<RawFrame | null> {
    for (;;) {
      const frame = await this.next()
      if (frame === null || isWanted(frame)) return frame
    }
  }

  /** Frames of a server are not masked. */
  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    for (let frame = this.#cut(); frame; frame = this.#cut()) this.#frames.push(frame)
    this.#wake()
  }

  #cut(): RawFrame | null {
    const bytes = this.#received
    if (bytes.length < 2) return null
    const short = (bytes[1] ?? 0) & 0x7f
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    if (bytes.length < head) return null
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
    if (bytes.length < head + length) return null
    this.#received = bytes.subarray(head + length)
    return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(head, head + length) }
  }
}
