import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { seededRandom, type Random } from '../../../src/random.ts'
import { assembled, framesOf, packetsOf } from './frame-inputs.ts'
import { ANSWER_TIMEOUT_MS, exchange, isComplete } from './raw-http.ts'
import { outcomeOf, type Outcome, type Target } from './target.ts'
import { any, below, isLikely } from './texts.ts'

/** Frames on WebSockets: each socket is used until an input ends it. */
export class FrameFuzz {
  readonly #target: Target
  #socket: Socket | null = null
  #isClosing = false
  #count = 0

  constructor(target: Target) {
    this.#target = target
  }

  async send(random: Random): Promise<Outcome> {
    const { bytes, isWhole } = framesOf(random)
    const isMember = isLikely(random, 0.5)
    // The server may have closed after the last pong.
    if (this.#isClosing) this.close()
    const socket = (this.#socket ??= await this.#open(isMember))
    const mark = `mark ${++this.#count}`
    const answered = answerTo(socket, mark)
    socket.write(bytes)
    // Incomplete frames end by a half-close; whole frames are followed by a ping.
    if (isWhole) socket.write(assembled(Buffer.from(mark), 0x89, Buffer.alloc(4)))
    else socket.end()
    const result = await answered
    if (result !== 'pong') this.close()
    return { result, ...(result === 'unanswered' ? { failure: 'neither a pong nor an end' } : {}) }
  }

  close(): void {
    this.#socket?.resetAndDestroy()
    this.#socket = null
  }

  async #open(isMember: boolean): Promise<Socket> {
    const { port, room, token } = this.#target
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    const protocol = isMember ? `Sec-WebSocket-Protocol: chat.v1, bearer.${token}\r\n` : ''
    socket.write(
      `GET /rooms/${room}/websocket HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${protocol}` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    await once(socket, 'data')
    this.#isClosing = false
    socket.on('data', (chunk: Buffer) => {
      if (this.#socket === socket && hasCloseFrame(chunk.toString('latin1'))) this.#isClosing = true
    })
    return socket
  }
}

/** Which comes first: the pong with this mark, or the end of the connection. */
function answerTo(socket: Socket, mark: string): Promise<'pong' | 'closed' | 'unanswered'> {
  return new Promise((resolve) => {
    let received = ''
    const finish = (result: 'pong' | 'closed' | 'unanswered') => {
      clearTimeout(timer)
      socket.off('data', onData).off('close', onClose)
      resolve(result)
    }
    const onData = (chunk: Buffer) => {
      received += chunk.toString('latin1')
      if (received.includes(mark)) finish('pong')
      // The server waits for an answer to its close frame. The input was answered.
      else if (hasCloseFrame(received)) finish('closed')
    }
    const onClose = () => finish('closed')
    const timer = setTimeout(() => finish('unanswered'), ANSWER_TIMEOUT_MS)
    socket.on('data', onData).on('close', onClose)
    if (socket.destroyed) onClose()
  })
}

/** The first bytes of close frames with the codes 1000 to 1015, 4401 and 4410, behind 0x88 and the length. */
const isCloseCode = (high: number, low: number): boolean =>
  (high === 0x03 && low >= 0xe8 && low <= 0xf7) || (high === 0x11 && (low === 0x31 || low === 0x3a))

function hasCloseFrame(received: string): boolean {
  for (let at = received.indexOf('\u0088'); at >= 0; at = received.indexOf('\u0088', at + 1))
    if (isCloseCode(received.charCodeAt(at + 2), received.charCodeAt(at + 3))) return true
  return false
}

const CONTENT_TYPES = [
  'text/plain;charset=UTF-8',
  'application/json',
  'application/octet-stream',
  'multipart/form-data',
  'x',
]

/** Packets on Socket.IO sessions by polling: a session is used for some inputs, unless one ends it. */
export class PacketFuzz {
  readonly #target: Target
  #sid = ''
  #left = 0

  constructor(target: Target) {
    this.#target = target
  }

  async send(random: Random): Promise<Outcome> {
    if (this.#left === 0) await this.#open(random)
    this.#left -= 1
    const { port } = this.#target
    const body = packetsOf(random)
    const head = `POST ${this.#path}&sid=${this.#sid} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: ${any(random, CONTENT_TYPES)}\r\nContent-Length: ${body.length}\r\n\r\n`
    const outcome = outcomeOf(await exchange(port, Buffer.concat([Buffer.from(head), body])), false)
    if (outcome.result !== '200') this.#left = 0
    return outcome
  }

  get #path(): string {
    return `/rooms/${this.#target.room}/socket-io?EIO=4&transport=polling`
  }

  async #open(random: Random): Promise<void> {
    const { port, token } = this.#target
    const answer = await exchange(port, Buffer.from(`GET ${this.#path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`), {
      until: isComplete,
    })
    this.#sid = typeof answer === 'string' ? '' : (/"sid":"([^"]+)"/.exec(answer.text)?.[1] ?? '')
    this.#left = 1 + below(random, 10)
    if (isLikely(random, 0.3)) return
    const hello = `40${JSON.stringify(isLikely(random, 0.7) ? { token } : {})}`
    await exchange(
      port,
      Buffer.from(
        `POST ${this.#path}&sid=${this.#sid} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: text/plain\r\nContent-Length: ${hello.length}\r\n\r\n${hello}`,
      ),
    )
  }
}

/** For a kind of input, a stream of numbers for each input, so that an input can be repeated alone. */
export const inputRandom = (seed: number, kind: number, index: number): Random => seededRandom(seed, kind, index)
