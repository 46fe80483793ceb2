import { once } from 'node:events'
import { Agent, request, type IncomingMessage } from 'node:http'
import WebSocket from 'ws'
import type { FrameDown, Joined } from '../../../src/protocol.ts'

/** An address of this machine that no hostile client has. */
const ADDRESS = '127.0.0.2'
/** Below the limit of a member's messages. */
const INTERVAL_MS = 60
/** Further messages wait for a connection, since a member may have few. This time is part of their latency. */
const MAX_CONNECTIONS = 8
/** A message that comes later counts as one that took this time. */
const LOST_MS = 10_000

/** A member that posts at intervals by HTTP, and hears itself by WebSocket. */
export class HonestMember {
  readonly #port: number
  readonly #room: string
  readonly #agent: Agent
  readonly #socket: WebSocket
  readonly #token: string
  readonly #timer: NodeJS.Timeout
  /** When each message that did not come back yet was sent. */
  readonly #sent = new Map<string, number>()
  #count = 0
  #latencies: number[] = []
  /** What must not happen to an honest member: a refusal, an error, an end of its socket. */
  readonly failures: string[] = []

  private constructor(port: number, room: string, token: string, socket: WebSocket, agent: Agent) {
    this.#port = port
    this.#room = room
    this.#token = token
    this.#socket = socket
    this.#agent = agent
    socket.on('message', (data: Buffer) => this.#receive(data))
    socket.on('close', (code) => this.failures.push(`the socket closed with ${code}`))
    this.#timer = setInterval(() => void this.#post(), INTERVAL_MS)
  }

  static async join(port: number, room: string): Promise<HonestMember> {
    // What a busy server makes it open in addition is closed as soon as it is idle, and not taken for a connection of the attack.
    const agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS, maxFreeSockets: 1 })
    const { status, body } = await ask(port, agent, 'POST', `/rooms/${room}/members`)
    if (status !== 201) throw new Error(`joining was answered by ${status}`)
    const { token, cursor } = JSON.parse(body) as Joined
    const url = `ws://127.0.0.1:${port}/rooms/${room}/websocket?after=${cursor}`
    const socket = new WebSocket(url, ['chat.v1', `bearer.${token}`], { localAddress: ADDRESS })
    await once(socket, 'open')
    return new HonestMember(port, room, token, socket, agent)
  }

  /** Latencies in ms since the last call, of all messages sent since then: waits until they have come. */
  async takeLatencies(): Promise<number[]> {
    const sentBefore = performance.now()
    const isWaiting = () => [...this.#sent.values()].some((at) => at <= sentBefore)
    while (isWaiting()) await new Promise((resolve) => setTimeout(resolve, 20))
    return this.#latencies.splice(0)
  }

  /** The text of a page of the server, from the address of this member. */
  async read(path: string): Promise<string> {
    return (await ask(this.#port, this.#agent, 'GET', path)).body
  }

  leave(): void {
    clearInterval(this.#timer)
    this.#socket.removeAllListeners('close')
    this.#socket.terminate()
    this.#agent.destroy()
  }

  async #post(): Promise<void> {
    for (const [id, at] of this.#sent) {
      if (performance.now() - at < LOST_MS) break
      this.failures.push(`the message ${id} did not come within ${LOST_MS} ms`)
      this.#sent.delete(id)
      this.#latencies.push(LOST_MS)
    }
    const id = `honest-${process.pid}-${++this.#count}`
    this.#sent.set(id, performance.now())
    try {
      const draft = { id, text: 'x'.repeat(100) }
      const { status } = await ask(this.#port, this.#agent, 'POST', `/rooms/${this.#room}/messages`, draft, this.#token)
      if (status !== 201) this.failures.push(`a message was answered by ${status}`)
    } catch (error) {
      this.failures.push(`a message failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #receive(data: Buffer): void {
    const now = performance.now()
    const frame = JSON.parse(data.toString()) as FrameDown
    if (frame.type !== 'batch') return
    for (const { id } of frame.batch.events) {
      const at = this.#sent.get(id)
      if (at === undefined) continue
      this.#sent.delete(id)
      this.#latencies.push(now - at)
    }
  }
}

async function ask(
  port: number,
  agent: Agent,
  method: string,
  path: string,
  body?: object,
  token?: string,
): Promise<{ status: number; body: string }> {
  const headers = {
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const sent = request({ host: '127.0.0.1', port, method, path, agent, headers, localAddress: ADDRESS })
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode ?? 0, body: text }
}
