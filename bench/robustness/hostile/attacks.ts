import { once } from 'node:events'
import { LIMITS } from '../../../src/protocol.ts'
import { assembled } from '../fuzz/frame-inputs.ts'
import { request, type Target } from '../fuzz/target.ts'
import { reconnecting, requestOn, requestText, upgradeText, writeOn, type Attacker } from './connections.ts'

/** Connections of a client that sends requests one after another. */
const REQUEST_CONNECTIONS = 8
/** Connections of a client that hoards: a quarter more than `--address-connections` allows by default. */
const HOARDED = 1250
/** Connections of a client that does not read, and requests on each. */
const UNREAD_CONNECTIONS = 100
const UNREAD_REQUESTS = 40

export const ATTACK_KINDS = [
  'frames',
  'pipelining',
  'joins',
  'posts',
  'rooms',
  'polls',
  'streams',
  'sockets',
  'Socket.IO sessions',
  'unread answers',
] as const
export type AttackKind = (typeof ATTACK_KINDS)[number]

const times = (count: number, work: () => Promise<void>): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, work))

/** Requests one after another on a few connections. */
const requesting = (attacker: Attacker, next: (count: number) => string): Promise<unknown> => {
  let count = 0
  return times(REQUEST_CONNECTIONS, () =>
    reconnecting(attacker, (socket, closed) => requestOn(attacker, socket, closed, () => next(++count))),
  )
}

/** Frames of a WebSocket. No batch contains a ping, since JSON has no NUL. */
const PING = Buffer.from([0x89, 0x00])
const PONG = assembled(Buffer.alloc(0), 0x8a, Buffer.alloc(4))

/** More connections than the server allows, each with one request. What comes is read, and pings are answered. */
const hoarding = (attacker: Attacker, request: string): Promise<unknown> =>
  times(HOARDED, () =>
    reconnecting(attacker, async (socket, closed) => {
      await attacker.bytes.take(request.length)
      socket.on('data', (chunk: Buffer) => {
        if (chunk.includes(PING)) socket.write(PONG)
      })
      socket.write(request)
      await closed
    }),
  )

/** Makes the history as large as the rate of a member allows at once: 100 texts of 12 kB. */
async function fillHistory({ port, room, token }: Target): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const body = JSON.stringify({ id: `history-${process.pid}-${i}`, text: '\u0001'.repeat(LIMITS.textLength) })
    await request(port, `POST /rooms/${room}/messages`, body, `Authorization: Bearer ${token}\r\n`)
  }
}

/** One hostile client of each kind. Each settles when its signal aborts. */
export const ATTACKS: Record<AttackKind, (attacker: Attacker) => Promise<unknown>> = {
  /** Frames of seven bytes that are not JSON. */
  frames: (attacker) => {
    const frames = Buffer.concat(Array<Buffer>(1000).fill(assembled(Buffer.from('x'), 0x81, Buffer.alloc(4))))
    return times(4, () =>
      reconnecting(attacker, async (socket, closed) => {
        socket.write(upgradeText(attacker.target, `/rooms/${attacker.target.room}/websocket`))
        await once(socket, 'data')
        socket.resume()
        await writeOn(attacker, socket, closed, frames)
      }),
    )
  },

  /** Polls that are held, without waiting for answers: no event comes in this room. */
  pipelining: (attacker) => {
    const polls = Buffer.from(requestText(attacker.target, 'GET /rooms/nobody/long-poll?after=00000000.0').repeat(200))
    return reconnecting(attacker, (socket, closed) => writeOn(attacker, socket.resume(), closed, polls))
  },

  joins: (attacker) =>
    requesting(attacker, () => requestText(attacker.target, `POST /rooms/${attacker.target.room}/members`, {})),

  /** Messages of a member. */
  posts: (attacker) =>
    requesting(attacker, (count) =>
      requestText(attacker.target, `POST /rooms/${attacker.target.room}/messages`, {
        id: `hostile-${process.pid}-${count}`,
        text: '😀'.repeat(LIMITS.textLength),
      }),
    ),

  /** New rooms, half of which are only looked at. */
  rooms: (attacker) =>
    requesting(attacker, (count) =>
      count % 2 === 0
        ? requestText(attacker.target, `POST /rooms/hostile-${count}/members`, {})
        : requestText(attacker.target, `GET /rooms/hostile-${count}/short-poll`),
    ),

  polls: (attacker) =>
    times(HOARDED, () => {
      let after = ''
      const next = (answer: string) => {
        const [, cursor] = /"cursor":"([^"]+)"/.exec(answer) ?? []
        if (cursor !== undefined) after = `?after=${cursor}`
        return requestText(attacker.target, `GET /rooms/${attacker.target.room}/long-poll${after}`)
      }
      return reconnecting(attacker, (socket, closed) => requestOn(attacker, socket, closed, next))
    }),

  streams: (attacker) => hoarding(attacker, requestText(attacker.target, `GET /rooms/${attacker.target.room}/sse`)),

  /** WebSockets that only answer pings. */
  sockets: (attacker) => hoarding(attacker, upgradeText(attacker.target, `/rooms/${attacker.target.room}/websocket`)),

  /** Sessions that are opened by a poll, and not used. */
  'Socket.IO sessions': (attacker) =>
    requesting(attacker, () =>
      requestText(attacker.target, `GET /rooms/${attacker.target.room}/socket-io?EIO=4&transport=polling`),
    ),

  /** Requests for the history, of which no answer is read. */
  'unread answers': async (attacker) => {
    await fillHistory(attacker.target)
    const requests = requestText(attacker.target, `GET /rooms/${attacker.target.room}/short-poll`).repeat(
      UNREAD_REQUESTS,
    )
    await times(UNREAD_CONNECTIONS, () =>
      reconnecting(attacker, async (socket, closed) => {
        socket.pause()
        await attacker.bytes.take(requests.length)
        socket.write(requests)
        await closed
      }),
    )
  },
}
