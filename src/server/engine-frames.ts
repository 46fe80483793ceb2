import type { WebSocket } from '@fastify/websocket'
import type { FrameLine, ReceivedFrame } from './exchange.ts'
import type { EncodedBatch } from './follow.ts'
import { downBytes, upBytes } from './frames.ts'

/** Frames with a message of ours in them that wait to be read: more come only from who says no such thing. */
const WAITING = 100

/** The frames of a session's socket. What one carries is known before it is sent, and only after it has come. */
export class EngineFrames {
  #next: EncodedBatch | null = null
  readonly #waiting: ReceivedFrame[] = []

  constructor(socket: WebSocket, counts: FrameLine) {
    socket.on('message', (data: Buffer) => {
      const frame = counts.received(upBytes(data.length))
      // Engine.IO's `message`, Socket.IO's event: 4, 2, and the number of the answer that is wanted.
      if (/^42\d*\["message"/.test(data.subarray(0, 32).toString())) this.#waiting.push(frame)
      if (this.#waiting.length > WAITING) this.#waiting.shift()
    })
    // Engine.IO sends what it likes when it likes: there is no other place from which all of it is seen.
    const send = socket.send.bind(socket) as (data: string | Buffer, ...rest: unknown[]) => void
    socket.send = (data: string | Buffer, ...rest: unknown[]) => {
      const text = typeof data === 'string' ? data : ''
      const batch = text.startsWith('42["batch"') ? this.#next : null
      if (batch) this.#next = null
      const kind = batch ? 'batch' : text.startsWith('43') ? 'ack' : text === '2' ? 'beat' : 'other'
      counts.sent(downBytes(Buffer.byteLength(data)), { kind, batch })
      send(data, ...rest)
    }
  }

  /** The next frame that is an event `batch` is this one. */
  expects(batch: EncodedBatch): void {
    this.#next = batch
  }

  /** The frame that brought the oldest message which was not asked after yet. */
  takeReceived(): ReceivedFrame | undefined {
    return this.#waiting.shift()
  }
}
