import WebSocket from 'ws'
import { isCloseCommand } from '../../../src/protocol.ts'
import type { Random } from '../../../src/random.ts'
import { request, type Outcome, type Target } from './target.ts'
import { draftOf } from './texts.ts'

const TIMEOUT_MS = 15_000

/** The same draft by POST, WebSocket and Socket.IO, from one member: acknowledged at one place, or refused with one status and type. */
export class VerdictFuzz {
  readonly #target: Target
  readonly #webSocket: TextSocket
  readonly #socketIo: TextSocket
  #count = 0

  private constructor(target: Target, webSocket: TextSocket, socketIo: TextSocket) {
    this.#target = target
    this.#webSocket = webSocket
    this.#socketIo = socketIo
  }

  static async open(target: Target): Promise<VerdictFuzz> {
    const base = `ws://127.0.0.1:${target.port}/rooms/${target.room}`
    const webSocket = await TextSocket.open(`${base}/websocket`, ['chat.v1', `bearer.${target.token}`])
    const socketIo = await TextSocket.open(`${base}/socket-io?EIO=4&transport=websocket`)
    const connected = socketIo.next((text) => text.startsWith('40'))
    socketIo.send(`40${JSON.stringify({ token: target.token })}`)
    await connected
    return new VerdictFuzz(target, webSocket, socketIo)
  }

  async send(random: Random): Promise<Outcome> {
    const draft = draftOf(random, `verdict-${this.#target.token.slice(0, 8)}-${++this.#count}`)
    // The server would end the member.
    if (isCloseDraft(draft)) return { result: 'close command, not sent' }
    const verdicts = [await this.#post(draft), await this.#sendFrame(draft), await this.#emit(draft)]
    const [first, ...others] = verdicts
    const isSame = others.every(({ place, type }) => place === first?.place && type === first.type)
    // A limit of the rate applies to one request and not to the next.
    if (!isSame && !verdicts.some(({ place }) => /^(429|503)$/.test(place)))
      return { result: 'differs', failure: `POST, WebSocket, Socket.IO: ${JSON.stringify(verdicts)} for ${draft}` }
    return { result: first?.type ?? '' }
  }

  close(): void {
    this.#webSocket.close()
    this.#socketIo.close()
  }

  async #post(draft: string): Promise<Verdict> {
    const { port, room, token } = this.#target
    const { json } = await request(port, `POST /rooms/${room}/messages`, draft, `Authorization: Bearer ${token}\r\n`)
    return verdictOf(json)
  }

  async #sendFrame(draft: string): Promise<Verdict> {
    const answer = this.#webSocket.next((text) => /^\{"type":"(ack|error)"/.test(text))
    this.#webSocket.send(`{"type":"message","draft":${draft}}`)
    const { ack, error } = JSON.parse(await answer) as { ack?: unknown; error?: unknown }
    return verdictOf(ack ?? error)
  }

  async #emit(draft: string): Promise<Verdict> {
    const prefix = `43${this.#count}`
    const answer = this.#socketIo.next((text) => text.startsWith(`${prefix}[`))
    this.#socketIo.send(`42${this.#count}["message",${draft}]`)
    const [{ ack, error }] = JSON.parse((await answer).slice(prefix.length)) as [{ ack?: unknown; error?: unknown }]
    return verdictOf(ack ?? error)
  }
}

/** `place`: the number in the log, or the status of the refusal. `type`: of the refusal, or `ack`. */
interface Verdict {
  place: string
  type: string
}

function verdictOf(answer: unknown): Verdict {
  const { seq, status, type = '' } = answer as { seq?: number; status?: number; type?: string }
  return seq === undefined ? { place: String(status), type } : { place: `seq ${seq}`, type: 'ack' }
}

function isCloseDraft(draft: string): boolean {
  const { text } = JSON.parse(draft) as { text?: unknown }
  return typeof text === 'string' && isCloseCommand({ text })
}

/** Texts of a WebSocket, each with the answer that it waits for. */
class TextSocket {
  readonly #socket: WebSocket

  private constructor(socket: WebSocket) {
    this.#socket = socket
    // A heartbeat of Engine.IO.
    socket.on('message', (data: Buffer) => {
      if (data.toString() === '2') socket.send('3')
    })
  }

  static async open(url: string, protocols: string[] = []): Promise<TextSocket> {
    const socket = new WebSocket(url, protocols)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    return new TextSocket(socket)
  }

  send(text: string): void {
    this.#socket.send(text)
  }

  /** The first text of this kind from now on. Rejects when the socket closes before, or after 15 s. */
  next(isWanted: (text: string) => boolean): Promise<string> {
    return new Promise((resolve, reject) => {
      const finish = () => {
        clearTimeout(timer)
        this.#socket.off('message', onMessage).off('close', onClose)
      }
      const onMessage = (data: Buffer) => {
        const text = data.toString()
        if (!isWanted(text)) return
        finish()
        resolve(text)
      }
      const onClose = (code: number) => {
        finish()
        reject(new Error(`closed with ${code}`))
      }
      const timer = setTimeout(() => onClose(0), TIMEOUT_MS)
      this.#socket.on('message', onMessage).on('close', onClose)
    })
  }

  close(): void {
    this.#socket.terminate()
  }
}
