import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import type { Joined } from '../../src/protocol.ts'
import { buildApp } from '../../src/server/app.ts'
import type { Config } from '../../src/server/config/settings.ts'
import { dial } from '../support/dial.ts'
import { draft } from '../support/playground.ts'
import { describeWithRedis, startRedis } from '../support/redis.ts'

/** A server in this process, so that a test can see in which order it takes what came at the same time. */
async function start(config: Partial<Config> = {}) {
  const { app } = await buildApp({ logLevel: 'error', ...config })
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  const { port } = app.server.address() as AddressInfo
  const upgraded: Socket[] = []
  app.server.on('upgrade', ({ socket }) => upgraded.push(socket))
  return { app, port, base: `http://127.0.0.1:${port}`, upgraded }
}

type Server = Awaited<ReturnType<typeof start>>

async function upgrade({ port }: Server, ...protocols: string[]): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rooms/lobby/websocket`, protocols)
  onTestFinished(() => socket.terminate())
  socket.on('error', () => undefined)
  await once(socket, 'open')
  return socket
}

/** Joins the room. Returns the subprotocols that a member's WebSocket offers. */
async function join({ base }: Server): Promise<string[]> {
  const { token } = (await (await fetch(`${base}/rooms/lobby/members`, { method: 'POST' })).json()) as Joined
  return ['chat.v1', `bearer.${token}`]
}

/** A masked text frame. A mask of zeros leaves the text as it is. */
function frame(text: string): Buffer {
  const payload = Buffer.from(text)
  const head =
    payload.length < 126 ? [0x81, 0x80 | payload.length] : [0x81, 0xfe, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from(head), Buffer.alloc(4), payload])
}

/** An answer to a frame is at least this long: `{"type":"ack",…}` or an error. */
const LEAST_ANSWER_BYTES = 50

/**
 * Sends frames in one burst, and a request by another connection at the same moment.
 *
 * @returns frames that the server had answered at the most when the request reached it
 */
async function framesBefore(server: Server, socket: WebSocket, frames: readonly Buffer[]): Promise<number> {
  const other = await dial(server.port)
  const [peer] = server.upgraded
  const writtenBefore = peer?.bytesWritten ?? Number.NaN
  const answered = () => ((peer?.bytesWritten ?? Number.NaN) - writtenBefore) / LEAST_ANSWER_BYTES
  const reached = new Promise<number>((resolve) => server.app.server.once('request', () => resolve(answered())))
  // What `ws` sends is cut into many writes; the burst is to come in as few pieces as the network allows.
  const raw = (socket as unknown as { _socket: Socket })._socket
  raw.write(Buffer.concat(frames))
  other.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const before = await reached
  const [answer] = (await once(other, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200/)
  return before
}

describe('a burst of WebSocket frames', () => {
  it('without JSON lets another client’s request through before 500 of 18,000 frames are refused', async () => {
    const server = await start()
    const socket = await upgrade(server)
    const junk = Array<Buffer>(18_000).fill(frame('x'))
    expect(await framesBefore(server, socket, junk)).toBeLessThan(500)
  })

  it('with drafts lets another client’s request through before 500 of 5,000 drafts are stored', async () => {
    const server = await start()
    const socket = await upgrade(server, ...(await join(server)))
    const drafts = Array.from({ length: 5000 }, () => frame(JSON.stringify({ type: 'message', draft: draft('x') })))
    expect(await framesBefore(server, socket, drafts)).toBeLessThan(500)
  })
})

describeWithRedis('a burst of drafts while Redis does not answer', () => {
  it('closes the socket with 1008 once 256 drafts wait', async () => {
    const redis = await startRedis()
    const server = await start({ store: redis.url, logLevel: 'silent' })
    const socket = await upgrade(server, ...(await join(server)))
    const closed = once(socket, 'close')
    redis.pause()
    onTestFinished(redis.resume)
    for (let n = 0; n < 1000; n++) socket.send(JSON.stringify({ type: 'message', draft: draft('x') }))
    const [code, reason] = (await closed) as [number, Buffer]
    expect([code, reason.toString()]).toEqual([1008, 'more than 256 frames wait: send the next one after an answer'])
  })
})
