import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { openLink } from '../../src/link/link.ts'
import { nodeNet } from '../../src/node/net.ts'
import { buildApp } from '../../src/server/app.ts'
import { TRANSPORT_TRAITS, TRANSPORTS } from '../../src/transports.ts'
import { dial } from '../support/dial.ts'
import { draft, person, startPlayground, watch } from '../support/playground.ts'

/** Neither a heartbeat nor the end of a hold can be the reason for an end within a test. */
const UNHURRIED = { heartbeat: 600_000, hold: 600_000 }

async function startServer() {
  const { app, rooms } = await buildApp({ logLevel: 'error', ...UNHURRIED })
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  const { port } = app.server.address() as AddressInfo
  const room = rooms.get('lobby')
  const ada = await room.membershipByToken((await room.join('ada', undefined)).token)
  const connections = promisify(app.server.getConnections.bind(app.server))
  return { port, room, post: (text: string) => room.post(ada, draft(text)), connections }
}

const get = (path: string) => `GET /rooms/lobby/${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`

/** Ways in which the connection of a client ends. */
const reset = (socket: Socket) => socket.resetAndDestroy()
const close = (socket: Socket) => socket.destroy()
const end = (socket: Socket) => socket.end()

describe('a reader that is gone', () => {
  // Between two polls a session of Socket.IO has no connection: the test below opens its WebSocket at once.
  it.each(TRANSPORTS.filter((name) => TRANSPORT_TRAITS[name].mode !== 'interval' && name !== 'socket-io'))(
    'by %s is released without waiting for a heartbeat or the end of the hold',
    async (name) => {
      const playground = await startPlayground(UNHURRIED)
      const { log } = playground.rooms.get('lobby')
      const link = await openLink({ to: { port: playground.port } })
      const { session } = watch({ net: nodeNet(`http://127.0.0.1:${link.port}`) }, await person(playground), name)
      await expect.poll(() => session.state.name).toBe('open')
      await expect.poll(() => log.waiting).toBe(1)
      await link.close()
      await expect.poll(() => log.waiting).toBe(0)
    },
  )

  it('by the WebSocket of Socket.IO is released without waiting for a heartbeat', async () => {
    const { port, room, connections } = await startServer()
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rooms/lobby/socket-io?EIO=4&transport=websocket`)
    onTestFinished(() => socket.terminate())
    await once(socket, 'open')
    socket.send('40')
    await expect.poll(() => room.log.waiting).toBe(1)
    socket.terminate()
    await expect.poll(() => room.log.waiting).toBe(0)
    await expect.poll(connections).toBe(0)
  })

  describe.each([reset, close, end])('by $name', (finish) => {
    it('with pipelined long polls is released with all of them', async () => {
      const { port, room, connections } = await startServer()
      const socket = await dial(port)
      const { cursor } = await room.join('ben', undefined)
      socket.write(get(`long-poll?after=${cursor}`).repeat(20))
      await expect.poll(() => room.log.waiting).toBeGreaterThan(0)
      finish(socket)
      await expect.poll(() => room.log.waiting).toBe(0)
      await expect.poll(connections).toBe(0)
    })
  })

  // After an end of its requests a client may still read the answers: only the other two ways are an end.
  describe.each([reset, close])('by $name', (finish) => {
    it.each(['sse', 'http-stream'])('with an unread %s is released, although its socket is full', async (name) => {
      const { port, room, post, connections } = await startServer()
      for (let i = 0; i < 100; i++) await post('\u0001'.repeat(2000))
      const socket = await dial(port)
      socket.pause()
      socket.write(get(name).repeat(3))
      await once(socket, 'readable')
      await post('more')
      finish(socket)
      await expect.poll(() => room.log.waiting).toBe(0)
      await expect.poll(connections).toBe(0)
    })
  })
})
