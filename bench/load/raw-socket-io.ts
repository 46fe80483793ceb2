import type { TransportName } from '../../src/transports.ts'
import { dialHttp, type Answer, type Exchanges } from './exchanges.ts'
import { requestHead } from './request-headers.ts'
import { rawSocket, type RawSocket } from './raw-websocket.ts'
import type { Subscriber, SubscriberOptions } from './subscriber.ts'
import { now } from './payload.ts'

/** Engine.IO's packets, version 4; what Socket.IO says stands behind a 4. */
const SESSION = '0'
const PING = '2'
const PONG = '3'
const PROBE = '2probe'
const PROBED = '3probe'
const UPGRADE = '5'
const CONNECT = '40'
const REFUSED = '44'
const BATCH = '42["batch",'
const SEPARATOR = '\u001e'

/**
 * Socket.IO over raw connections, in the order of its own client: a session by polling; then, all at once, a poll that
 * waits, a post that says hello, and a WebSocket that is tried. When the socket has answered and nothing is under way by
 * HTTP, it takes over. Only then is the line open: what is measured is the socket, as it is for everybody who stays.
 */
export function rawSocketIo(
  transport: TransportName,
  { port, room, cursor, headers, tally }: SubscriberOptions,
): Subscriber {
  const path = `/rooms/${room}/${transport}?EIO=4`
  let session = ''
  let hello: Exchanges | null = null
  let socket: RawSocket | null = null
  /** Polls and posts that are under way. */
  let pending = 0
  let isConnected = false
  let isProbed = false
  let hasTakenOver = false

  const poll = () => {
    pending += 1
    polls.ask(requestHead(`GET ${path}&transport=polling${session} HTTP/1.1`, headers))
  }
  const begin = (sid: string) => {
    session = `&sid=${sid}`
    greet(JSON.stringify({ after: cursor }))
    const tried = rawSocket(port, `${path}&transport=websocket${session}`, headers, [], tally, take)
    socket = tried
    tried.opened.then(() => tried.send(PROBE), polls.isBroken)
  }
  const greet = (auth: string) => {
    const body = CONNECT + auth
    const about = ['Content-Type: text/plain;charset=UTF-8', `Content-Length: ${body.length}`]
    const post = dialHttp(port, tally, (answer) => answered(answer))
    pending += 1
    post.opened.catch(polls.isBroken)
    post.socket.once('connect', () =>
      post.ask(requestHead(`POST ${path}&transport=polling${session} HTTP/1.1`, headers, about), body),
    )
    hello = post
  }
  const take = (packet: string) => {
    if (packet.startsWith(BATCH)) tally.came(packet.slice(BATCH.length, -1), now())
    else if (packet === PING) socket?.send(PONG)
    else if (packet === PROBED) isProbed = true
    else if (packet.startsWith(CONNECT)) isConnected = true
    else if (packet.startsWith(REFUSED)) polls.isBroken(new Error(`refused: ${packet}`))
    else if (packet.startsWith(SESSION)) begin((JSON.parse(packet.slice(SESSION.length)) as { sid: string }).sid)
    takeOver()
  }
  const takeOver = () => {
    if (!hasTakenOver && isProbed && pending === 0) {
      hasTakenOver = true
      socket?.send(UPGRADE)
      // A browser keeps them for whoever asks next. What is weighed is one client: so they are not left to wait.
      for (const line of [polls, hello]) line?.socket.destroy()
    }
    if (hasTakenOver && isConnected) polls.isOpen()
  }
  const answered = ({ status, body }: Answer, packets: readonly string[] = []) => {
    pending -= 1
    if (status !== 200) polls.isBroken(new Error(`answered ${status}: ${body}`))
    for (const packet of packets) take(packet)
    takeOver()
  }

  const polls = dialHttp(port, tally, (answer) => {
    answered(answer, answer.body.split(SEPARATOR))
    // One is always under way until the socket has answered; the server ends the last one with a packet that says nothing.
    if (session !== '' && !isProbed) poll()
  })
  polls.socket.once('connect', poll)

  const sockets = () => [polls.socket, ...(hello ? [hello.socket] : [])]
  return {
    opened: polls.opened,
    socketBytes: () =>
      sockets().reduce(
        (sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten,
        socket?.socketBytes() ?? 0,
      ),
    close() {
      for (const one of sockets()) one.destroy()
      socket?.close()
    },
  }
}
