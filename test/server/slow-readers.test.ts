import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { join } from '../../src/client/members.ts'
import { nodeNet } from '../../src/node/net.ts'
import type { FrameDown } from '../../src/protocol.ts'
import { buildApp } from '../../src/server/app.ts'
import { LONG } from '../support/long.ts'
import { draft } from '../support/playground.ts'
import { launchServerAs, type ServerProcess } from '../support/servers.ts'

const READERS = 50
/** 8 kB as UTF-8. */
const TEXT = '😀'.repeat(2000)
/** To each reader, 4 MB. With 2,500 it is 20 MB, and 1 GB in all. */
const MESSAGES = Number(process.env['UNREAD_MESSAGES'] ?? 500)
const WRITTEN_MB = (READERS * MESSAGES * Buffer.byteLength(TEXT)) / 1e6
/** Memory is read after each part. */
const PARTS = 25
/** Drafts that the writer sends before their acknowledgements. */
const UNACKNOWLEDGED = 20
/** A reader that stopped holds a batch of at most 256 kB, and no two readers the same: 1 to 19 MB were measured. */
const MAX_GROWTH_BYTES = 32e6

/** Lets a server process collect its garbage at SIGWINCH and write what is in use: how much garbage waits depends on the machine. */
const COLLECTING = `
  import { setFlagsFromString } from 'node:v8'
  import { runInNewContext } from 'node:vm'
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc')
  process.on('SIGWINCH', () => {
    gc()
    const { heapUsed, external } = process.memoryUsage()
    process.stdout.write('in use: ' + (heapUsed + external) + ' bytes\\n')
  })`

/** Objects and buffers of a server process after a collection. */
async function usedBytes({ child, output }: ServerProcess): Promise<number> {
  const readings = () => [...output().matchAll(/in use: (\d+) bytes/g)].map(([, bytes]) => Number(bytes))
  const count = readings().length
  child.kill('SIGWINCH')
  await expect.poll(() => readings().length, { interval: 5 }).toBe(count + 1)
  return readings().at(-1) ?? Number.NaN
}

/** Requests a stream or a socket, and reads no byte of it. */
async function openUnread({ base }: Pick<ServerProcess, 'base'>, transport: string): Promise<Socket> {
  const { port } = new URL(base)
  const socket = connect(Number(port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.pause()
  const isSocket = transport === 'websocket' || transport === 'socket-io'
  const query = transport === 'socket-io' ? '?EIO=4&transport=websocket' : ''
  const upgrade = isSocket
    ? 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n'
    : ''
  socket.write(`GET /rooms/lobby/${transport}${query} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${upgrade}\r\n`)
  // The packet `40` connects to Socket.IO. A mask of zeros leaves it as it is.
  if (transport === 'socket-io') socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30]))
  return socket
}

/** Returns a function that writes messages as fast as they are acknowledged. */
async function openWriter({ base }: ServerProcess): Promise<(count: number) => Promise<void>> {
  const { token } = await join(nodeNet(base), 'lobby')
  const socket = new WebSocket(`${base.replace('http', 'ws')}/rooms/lobby/websocket`, ['chat.v1', `bearer.${token}`])
  onTestFinished(() => socket.terminate())
  await once(socket, 'open')
  return (count) =>
    new Promise((resolve, reject) => {
      let [sent, acknowledged] = [0, 0]
      const sendNext = () => {
        if (sent < count) socket.send(JSON.stringify({ type: 'message', draft: draft(TEXT) }))
        sent += 1
      }
      const onMessage = (data: Buffer) => {
        if (data.length > 1000 || (JSON.parse(data.toString()) as FrameDown).type !== 'ack') return
        acknowledged += 1
        sendNext()
        if (acknowledged < count) return
        socket.off('message', onMessage).off('close', onClose)
        resolve()
      }
      const onClose = (code: number) => reject(new Error(`closed with ${code}`))
      socket.on('message', onMessage).on('close', onClose)
      for (let i = 0; i < UNACKNOWLEDGED; i++) sendNext()
    })
}

const STREAMING = ['websocket', 'sse', 'http-stream', 'socket-io']

it.each(STREAMING)(
  `${READERS} readers by %s that do not read cost the server less than ${MAX_GROWTH_BYTES / 1e6} MB while ${WRITTEN_MB} MB are written to them`,
  { ...LONG, timeout: 120_000 },
  async (transport) => {
    const collecting = ['--import', `data:text/javascript,${encodeURIComponent(COLLECTING)}`]
    const settings = ['--retain-bytes', '1000000', '--links', 'off', '--unread', '600000']
    const server = await launchServerAs(collecting, ...settings)
    const write = await openWriter(server)
    /** The highest memory while all messages are written. */
    const writeAll = async () => {
      let highest = 0
      for (let written = 0; written < MESSAGES; written += MESSAGES / PARTS) {
        await write(MESSAGES / PARTS)
        highest = Math.max(highest, await usedBytes(server))
      }
      return highest
    }
    // The writer alone makes the heap grow, too.
    const alone = await writeAll()
    await Promise.all(Array.from({ length: READERS }, () => openUnread(server, transport)))
    const beside = await writeAll()
    console.log(
      `${transport}: ${(alone / 1e6).toFixed(0)} MB alone, ${(beside / 1e6).toFixed(0)} MB beside the readers`,
    )
    expect(beside - alone).toBeLessThan(MAX_GROWTH_BYTES)
  },
)

it.each(STREAMING)(
  'less than 1 MB of 20 MB waits in the server for a reader by %s that does not read',
  async (transport) => {
    const { app, rooms } = await buildApp({ logLevel: 'error', links: 'off' })
    await app.listen({ port: 0, host: '127.0.0.1' })
    onTestFinished(() => app.close())
    const connections: Socket[] = []
    app.server.on('connection', (socket: Socket) => connections.push(socket))
    const room = rooms.get('lobby')
    const membership = await room.membershipByToken((await room.join('writer', undefined)).token)
    const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    await Promise.all(Array.from({ length: 5 }, () => openUnread({ base }, transport)))
    await expect.poll(() => room.log.waiting).toBe(5)
    for (let i = 0; i < 2500; i++) {
      await room.post(membership, draft(TEXT))
      await nextTurn()
    }
    const waiting = connections.map(({ writableLength }) => writableLength)
    expect(Math.min(...waiting)).toBeGreaterThan(0)
    expect(Math.max(...waiting)).toBeLessThan(1_000_000)
  },
)
