import type { TransportName } from '../../src/transports.ts'
import { openRequestConnection, type Answer, type RequestConnection } from './request-connection.ts'
import { requestHead } from './request-headers.ts'
import { openRawSocket, type RawSocket } from './raw-websocket.ts'
import type { Subscriber, SubscriberOptions } from './subscriber.ts'
import { now } from './payload.ts'

/** Packets of Engine.IO, version 4. A packet of Socket.IO follows a 4. */
const SESSION = '0'
const PING = '2'
const PONG = '3'
const PROBE = '2probe'
const PROBE_ANSWER = '3probe'
const UPGRADE = '5'
const CONNECT = '40'
const REFUSED = '44'
const BATCH = '42["batch",'
const SEPARATOR = '\u001e'

/**
 * Socket.IO over raw connections, in the order of the socket.io-client package: a session by polling; then, at the same time, a held poll,
 * a POST with the connect packet, and a probe over a WebSocket. When the probe is answered and no HTTP request is in flight,
 * the WebSocket replaces polling. Only then is the subscriber open: the steady state of this transport is measured.
 */
export function rawSocketIo(
  transport: TransportName,
  { port, room, cursor, headers, record }: SubscriberOptions,
): Subscriber {
  const path = `/rooms/${room}/${transport}?EIO=4`
  let session = ''
  let connectPost: RequestConnection | null = null
  let socket: RawSocket | null = null
  /** Requests in flight. */
  let pending = 0
  let isConnected = false
  let isProbed = false
  let hasUpgraded = false

  const poll = () => {
    pending += 1
    polls.request(requestHead(`GET ${path}&transport=polling${session} HTTP/1.1`, headers))
  }
  const startSession = (sid: string) => {
    session = `&sid=${sid}`
    postConnect(JSON.stringify({ after: cursor }))
    const probed = openRawSocket(port, `${path}&transport=websocket${session}`, headers, [], record, onPacket)
    socket = probed
    probed.opened.then(() => probed.send(PROBE), polls.fail)
  }
  const postConnect = (auth: string) => {
    const body = CONNECT + auth
    const bodyHeaders = ['Content-Type: text/plain;charset=UTF-8', `Content-Length: ${body.length}`]
    const post = openRequestConnection(port, record, (answer) => onAnswer(answer))
    pending += 1
    post.opened.catch(polls.fail)
    post.socket.once('connect', () =>
      post.request(requestHead(`POST ${path}&transport=polling${session} HTTP/1.1`, headers, bodyHeaders), body),
    )
    connectPost = post
  }
  const onPacket = (packet: string) => {
    if (packet.startsWith(BATCH)) record.addText(packet.slice(BATCH.length, -1), now())
    else if (packet === PING) socket?.send(PONG)
    else if (packet === PROBE_ANSWER) isProbed = true
    else if (packet.startsWith(CONNECT)) isConnected = true
    else if (packet.startsWith(REFUSED)) polls.fail(new Error(`refused: ${packet}`))
    else if (packet.startsWith(SESSION)) startSession((JSON.parse(packet.slice(SESSION.length)) as { sid: string }).sid)
    upgradeWhenIdle()
  }
  const upgradeWhenIdle = () => {
    if (!hasUpgraded && isProbed && pending === 0) {
      hasUpgraded = true
      socket?.send(UPGRADE)
      // A browser keeps idle connections for later requests. Here they are closed, so that memory per client excludes them.
      for (const connection of [polls, connectPost]) connection?.socket.destroy()
    }
    if (hasUpgraded && isConnected) polls.markOpen()
  }
  const onAnswer = ({ status, body }: Answer, packets: readonly string[] = []) => {
    pending -= 1
    if (status !== 200) polls.fail(new Error(`answered ${status}: ${body}`))
    for (const packet of packets) onPacket(packet)
    upgradeWhenIdle()
  }

  const polls = openRequestConnection(port, record, (answer) => {
    onAnswer(answer, answer.body.split(SEPARATOR))
    // One poll is in flight until the probe is answered; the server ends the last poll with an empty packet.
    if (session !== '' && !isProbed) poll()
  })
  polls.socket.once('connect', poll)

  const httpSockets = () => [polls.socket, ...(connectPost ? [connectPost.socket] : [])]
  return {
    opened: polls.opened,
    socketBytes: () =>
      httpSockets().reduce(
        (sum, { bytesRead, bytesWritten }) => sum + bytesRead + bytesWritten,
        socket?.socketBytes() ?? 0,
      ),
    close() {
      for (const httpSocket of httpSockets()) httpSocket.destroy()
      socket?.close()
    },
  }
}
