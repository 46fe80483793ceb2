// @module-tag long
import { once } from 'node:events'
import { expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { join } from '../../src/client/members.ts'
import { nodeNet } from '../../src/node/net.ts'
import type { Batch, FrameDown } from '../../src/protocol.ts'
import { draft } from '../support/playground.ts'
import { run } from '../support/process.ts'

const HEAP_MB = 256
/** The longest text that a message may have, of characters that take four bytes. */
const TEXT = '😀'.repeat(2000)
const ROOMS = 6
/** In all, 1.25 times the heap. */
const MESSAGES_PER_ROOM = Math.ceil((1.25 * HEAP_MB * 1_000_000) / (2 * TEXT.length) / ROOMS)
/** Drafts that a writer sends before their acknowledgements. */
const UNACKNOWLEDGED = 50

it('a server with a small heap outlives more text than its heap has bytes, and tells a slow reader of the loss', async () => {
  const server = run(process.execPath, [
    `--max-old-space-size=${HEAP_MB}`,
    'dist/server/main.js',
    '--port',
    '0',
    '--lease',
    '3600000',
  ])
  const address = () => /is at (http:\/\/\S+)/.exec(server.output())?.[1]
  await expect.poll(address, { message: server.output() }).toBeDefined()
  const base = address() ?? ''
  const net = nodeNet(base)
  const early = await join(net, 'room-0')

  /** Settles when all drafts are acknowledged. Rejects when the server ends. */
  const write = async (room: string) => {
    const { token } = await join(net, room)
    const url = `${base.replace('http', 'ws')}/rooms/${room}/websocket`
    const socket = new WebSocket(url, ['chat.v1', `bearer.${token}`])
    onTestFinished(() => socket.terminate())
    await once(socket, 'open')
    let sent = 0
    let acknowledged = 0
    const sendNext = () => {
      if (sent < MESSAGES_PER_ROOM) socket.send(JSON.stringify({ type: 'message', draft: draft(TEXT) }))
      sent += 1
    }
    await new Promise<void>((resolve, reject) => {
      socket.on('close', (code) => reject(new Error(`the server closed the socket with ${code}`)))
      socket.on('error', reject)
      socket.on('message', (data: Buffer) => {
        // Batches are large, and of no interest here.
        if (data.length > 1000) return
        if ((JSON.parse(data.toString()) as FrameDown).type !== 'ack') return
        acknowledged += 1
        if (acknowledged === MESSAGES_PER_ROOM) resolve()
        else sendNext()
      })
      for (let i = 0; i < UNACKNOWLEDGED; i++) sendNext()
    })
  }
  await Promise.all(Array.from({ length: ROOMS }, (_, i) => write(`room-${i}`)))

  const read = async (cursor: string) =>
    (await (await fetch(`${base}/rooms/room-0/short-poll?after=${cursor}`)).json()) as Batch
  let behind = await read(early.cursor)
  expect(behind.reset).toBe(true)
  while (behind.more) behind = await read(behind.cursor)
  expect(behind.events.at(-1)).toMatchObject({ seq: MESSAGES_PER_ROOM + 2, text: TEXT })
  expect(server.child.exitCode).toBeNull()
}, 180_000)
