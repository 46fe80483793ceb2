import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import type { SessionState } from '../../src/client/session-state.ts'
import { openLink } from '../../src/link/link.ts'
import { nodeNet } from '../../src/node/net.ts'
import { buildApp } from '../../src/server/app.ts'
import type { Config } from '../../src/server/config/settings.ts'
import type { Rooms } from '../../src/server/room/rooms.ts'
import { dial } from '../support/dial.ts'
import { LONG } from '../support/long.ts'
import { draft, person, startPlayground, watch } from '../support/playground.ts'

const HEARTBEAT_MS = 200
/** A busy machine has to deliver each heartbeat and its answer within two of these. */
const UNHURRIED_MS = 1500
const STREAMS = ['sse', 'http-stream'] as const

interface Server {
  port: number
  rooms: Rooms
  /** Number of open connections of the server. */
  connections: () => Promise<number>
}

async function startServer(config: Partial<Config>): Promise<Server> {
  const { app, rooms } = await buildApp({ logLevel: 'error', ...config })
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  const { port } = app.server.address() as AddressInfo
  return { port, rooms, connections: promisify(app.server.getConnections.bind(app.server)) }
}

const get = (path: string, ...headers: string[]) =>
  [`GET /rooms/lobby/${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')

/** Fills the lobby's history with 1.2 MB of JSON. */
async function fillHistory(rooms: Rooms): Promise<void> {
  const room = rooms.get('lobby')
  const { token } = await room.join(undefined, undefined)
  const membership = await room.membershipByToken(token)
  for (let i = 0; i < 100; i++) await room.post(membership, draft('\u0001'.repeat(2000)))
}

describe('a stream', () => {
  it.each(STREAMS)('of a member by %s ends when the member sends no request, and the member leaves', async (name) => {
    const { port, rooms, connections } = await startServer({ heartbeat: HEARTBEAT_MS, lease: 300 })
    const room = rooms.get('lobby')
    const { token } = await room.join('ada', undefined)
    const socket = await dial(port)
    socket.resume()
    const startedAt = performance.now()
    socket.write(get(name, `Authorization: Bearer ${token}`))
    await once(socket, 'end')
    expect(performance.now() - startedAt).toBeGreaterThan(2 * HEARTBEAT_MS - 1)
    await expect.poll(() => room.roster).toEqual([])
    await expect.poll(connections).toBe(0)
  })

  it('of a member stays open while a WebSocket of the member answers pings', LONG, async () => {
    const { port, rooms } = await startServer({ heartbeat: UNHURRIED_MS })
    const { token } = await rooms.get('lobby').join('ada', undefined)
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rooms/lobby/websocket`, ['chat.v1', `bearer.${token}`])
    onTestFinished(() => socket.terminate())
    await once(socket, 'open')
    const stream = await dial(port)
    let isOver = false
    stream.resume().on('end', () => (isOver = true))
    stream.write(get('sse', `Authorization: Bearer ${token}`))
    let pings = 0
    socket.on('ping', () => (pings += 1))
    // Longer than the time after which a stream without a sign of its member ends.
    await expect.poll(() => pings).toBe(4)
    expect(isOver).toBe(false)
    socket.terminate()
    await expect.poll(() => isOver).toBe(true)
  })

  it.each(STREAMS)('of a session by %s stays open in a quiet and in a busy room', LONG, async (name) => {
    const playground = await startPlayground({ heartbeat: UNHURRIED_MS })
    const states: string[] = []
    const observer = { state: (state: { name: string }) => states.push(state.name) }
    const [ada, ben] = [await person(playground, 'ada'), await person(playground, 'ben')]
    const reader = watch(playground, ada, name, { observer })
    const sender = watch(playground, ben, 'short-poll')
    await expect.poll(() => reader.session.state.name).toBe('open')
    const room = playground.rooms.get('lobby')
    const membership = await room.membershipByToken(ada.token)
    const signs = new Set<number>()
    const contacts = () => signs.add(membership.contacts).size
    await expect.poll(contacts, { interval: 20, timeout: 10_000 }).toBeGreaterThan(3)
    signs.clear()
    const posting = setInterval(() => sender.session.send('busy'), UNHURRIED_MS / 4)
    onTestFinished(() => clearInterval(posting))
    await expect.poll(contacts, { interval: 20, timeout: 10_000 }).toBeGreaterThan(3)
    expect(states).toEqual(['connecting', 'open'])
  })

  it.each(STREAMS)('by %s ends on both sides when the network is silent', async (name) => {
    const playground = await startPlayground({ heartbeat: HEARTBEAT_MS })
    const { log } = playground.rooms.get('lobby')
    const link = await openLink({ to: { port: playground.port } })
    onTestFinished(() => link.close())
    const net = nodeNet(`http://127.0.0.1:${link.port}`)
    const reasons: string[] = []
    const observer = {
      state: (state: SessionState) => {
        if (state.name === 'waiting') reasons.push(state.why)
      },
    }
    const { session } = watch({ net }, await person(playground), name, { observer })
    await expect.poll(() => session.state.name).toBe('open')
    link.silence(true)
    await expect.poll(() => reasons).toContain('the stream is silent')
    await expect.poll(() => log.waiting).toBe(0)
  })

  it('without a token ends after the configured time', async () => {
    const { port, rooms, connections } = await startServer({ heartbeat: HEARTBEAT_MS, anonymousStream: 700 })
    const socket = await dial(port)
    socket.resume()
    const startedAt = performance.now()
    socket.write(get('sse'))
    await once(socket, 'end')
    expect(performance.now() - startedAt).toBeGreaterThan(699)
    expect(rooms.get('lobby').log.waiting).toBe(0)
    await expect.poll(connections).toBe(0)
  })
})

describe('the connection of a client that does not read', () => {
  it('is cut while the answer waits in the server', async () => {
    const { port, rooms, connections } = await startServer({ unread: 200 })
    await fillHistory(rooms)
    const socket = await dial(port)
    socket.pause()
    socket.write(get('short-poll').repeat(40))
    await expect.poll(connections).toBe(1)
    await expect.poll(connections, { timeout: 8000 }).toBe(0)
  })

  it('is cut after the idle time when the kernel holds the answer', LONG, async () => {
    const { port, rooms, connections } = await startServer({ idle: 1000 })
    await fillHistory(rooms)
    const socket = await dial(port)
    socket.pause()
    socket.write(get('short-poll'))
    await expect.poll(connections).toBe(1)
    await expect.poll(connections, { timeout: 8000 }).toBe(0)
  })

  it('is kept while the client reads slowly', { ...LONG, timeout: 60_000 }, async () => {
    const unreadMs = 1000
    const { port, rooms } = await startServer({ unread: unreadMs })
    await fillHistory(rooms)
    const socket = await dial(port)
    let received = 0
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length
      socket.pause()
      setTimeout(() => socket.resume(), 30)
    })
    // More than the buffers of the kernel take, in answers of LIMITS.batchBytes.
    const [answers, bytes] = [60, 250_000]
    const startedAt = performance.now()
    socket.write(get('short-poll').repeat(answers))
    await expect.poll(() => received, { timeout: 50_000 }).toBeGreaterThan(answers * bytes)
    // An unread answer is cut after twice this time at most.
    expect(performance.now() - startedAt).toBeGreaterThan(2 * unreadMs)
  })

  it.each(['websocket', 'socket-io?EIO=4&transport=websocket'])('is cut when it is %s', async (path) => {
    const { port, connections } = await startServer({ heartbeat: HEARTBEAT_MS })
    const ws = new WebSocket(`ws://127.0.0.1:${port}/rooms/lobby/${path}`)
    ws.on('error', () => undefined)
    await once(ws, 'open')
    ws.pause()
    onTestFinished(() => ws.terminate())
    await expect.poll(connections).toBe(1)
    // The closing handshake of a WebSocket would last 30 s.
    await expect.poll(connections, { timeout: 8000 }).toBe(0)
  })
})

describe('a long poll', () => {
  it('that expired closes its connection when no other request follows', async () => {
    const { port, rooms, connections } = await startServer({ heartbeat: HEARTBEAT_MS, hold: 100 })
    const socket = await dial(port)
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    socket.write(get(`long-poll?after=${rooms.get('lobby').log.head}`))
    await once(socket, 'end')
    expect(received).toContain('HTTP/1.1 204')
    await expect.poll(connections).toBe(0)
  })

  it('of a member is answered when the member sends a newer one', async () => {
    const { port, rooms } = await startServer({})
    const room = rooms.get('lobby')
    const { token } = await room.join('ada', undefined)
    const poll = get(`long-poll?after=${room.log.head}`, `Authorization: Bearer ${token}`)
    const [older, newer] = [await dial(port), await dial(port)]
    older.write(poll)
    await expect.poll(() => room.log.waiting).toBe(1)
    newer.write(poll)
    const [answer] = (await once(older, 'data')) as [Buffer]
    expect(answer.toString()).toContain('HTTP/1.1 204')
    expect(room.log.waiting).toBe(1)
  })

  it('without a token is not answered by another', async () => {
    const { port, rooms } = await startServer({})
    const { log } = rooms.get('lobby')
    const polls = Array.from({ length: 3 }, () => dial(port))
    for (const socket of await Promise.all(polls)) socket.write(get(`long-poll?after=${log.head}`))
    await expect.poll(() => log.waiting).toBe(3)
    // A poll that was held for more than a second could be answered.
    await sleep(1200)
    expect(log.waiting).toBe(3)
  })
})
