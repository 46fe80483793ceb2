import {
  BEARER_PREFIX,
  CLOSE,
  SUBPROTOCOL,
  type Ack,
  type Batch,
  type FrameDown,
  type FrameUp,
} from '../../protocol.ts'
import { answerTimeoutMs, asBatch, ANSWER_TIMEOUT_MS } from './http.ts'
import { AsyncQueue } from './async-queue.ts'
import { endWhenSilent } from './silence.ts'
import { deadline } from './time.ts'
import { ConnectionError, ProblemError, reasonOf, type TransportContext, type OpenTransport } from './transport.ts'

interface Waiter {
  resolve: (ack: Ack) => void
  reject: (error: Error) => void
}

/** One socket, both ways. */
export const webSocket: OpenTransport = (context) => {
  /** The open socket, and the function that ends its connection. */
  let current: { ws: WebSocket; end: (error: Error) => void } | null = null
  const unacknowledged = new Map<string, Waiter>()

  return {
    async *receive(cursor, signal, onOpen) {
      const batches = new AsyncQueue<Batch>()
      const ws = connect(context, cursor)
      const end = (error: Error) => {
        batches.fail(error)
        if (current?.ws === ws) current = null
        for (const { reject } of unacknowledged.values()) reject(error)
        unacknowledged.clear()
      }
      const limit = deadline(signal, ANSWER_TIMEOUT_MS, new ConnectionError(`no socket within ${ANSWER_TIMEOUT_MS} ms`))
      const aborted = () => end(limit.signal.reason as Error)
      let isOpened = false
      ws.onopen = () => {
        isOpened = true
        current = { ws, end }
        context.onHeard?.()
        endWhenSilent(limit, 'socket', context.heartbeatMs)
        onOpen()
      }
      // In Node, the error before `close` says why. In a browser it says nothing.
      let failure = ''
      ws.onerror = (event) => (failure = 'error' in event ? reasonOf(event.error) : '')
      ws.onclose = ({ code, reason }) => end(closeError(code, reason, isOpened, failure))
      ws.onmessage = ({ data }) => {
        try {
          const frame = JSON.parse(String(data)) as FrameDown
          context.onHeard?.()
          if (frame.type === 'heartbeat') endWhenSilent(limit, 'socket', frame.heartbeatMs)
          else limit.restart()
          const batch = handleFrame(frame, unacknowledged)
          if (batch) batches.push(batch)
        } catch (error) {
          end(new ConnectionError('the server sent an invalid frame', { cause: error }))
        }
      }
      limit.signal.addEventListener('abort', aborted)
      if (limit.signal.aborted) aborted()
      try {
        for (;;) yield await batches.next()
      } finally {
        limit.signal.removeEventListener('abort', aborted)
        limit.release()
        end(new ConnectionError('the reader left'))
        ws.onmessage = ws.onopen = ws.onclose = null
        ws.close(1000)
      }
    },

    send(draft, signal) {
      return new Promise<Ack>((resolve, reject) => {
        if (!current) {
          reject(new ConnectionError('the socket is not open'))
          return
        }
        const { ws, end } = current
        const aborted = () => {
          clearTimeout(limit)
          reject(signal.reason as Error)
        }
        signal.addEventListener('abort', aborted, { once: true })
        // A connection that is dead at the other end reports nothing: only a missing acknowledgement shows it.
        const frame = JSON.stringify({ type: 'message', draft } satisfies FrameUp)
        const limitMs = answerTimeoutMs(frame)
        const limit = setTimeout(() => end(new ConnectionError(`no acknowledgement within ${limitMs} ms`)), limitMs)
        const settled = <T>(settle: (value: T) => void) => {
          return (value: T) => {
            clearTimeout(limit)
            signal.removeEventListener('abort', aborted)
            settle(value)
          }
        }
        unacknowledged.set(draft.id, { resolve: settled(resolve), reject: settled(reject) })
        // A closing socket would drop it with an error in the console. Its end rejects the draft, which is sent again.
        if (ws.readyState === ws.OPEN) ws.send(frame)
      })
    },
  }
}

function connect({ net, room, token }: TransportContext, cursor: string | null): WebSocket {
  const url = new URL(`${net.base}/rooms/${room}/websocket`)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  if (cursor !== null) url.searchParams.set('after', cursor)
  // A browser cannot set headers on a WebSocket, and a token in a URL ends up in logs, so the token is a subprotocol.
  return new net.WebSocket(url, token === null ? [SUBPROTOCOL] : [SUBPROTOCOL, BEARER_PREFIX + token])
}

function handleFrame(frame: FrameDown, unacknowledged: Map<string, Waiter>): Batch | null {
  if (frame.type === 'batch') return asBatch(frame.batch)
  if (frame.type === 'heartbeat') return null
  const id = frame.type === 'ack' ? frame.ack.id : frame.id
  const waiter = id === undefined ? undefined : unacknowledged.get(id)
  if (id !== undefined) unacknowledged.delete(id)
  if (frame.type === 'ack') waiter?.resolve(frame.ack)
  else waiter?.reject(new ProblemError(frame.error))
  return null
}

/** A browser does not report the status of a handshake, so a socket that never opened is described by what prevents it. */
function closeError(code: number, reason: string, wasOpened: boolean, failure: string): Error {
  if (code === CLOSE.badToken)
    return new ProblemError({ type: 'unknown-token', title: reason, status: 401, detail: reason })
  if (code === CLOSE.memberEnded || code === CLOSE.leaseExpired) {
    const isExpired = code === CLOSE.leaseExpired
    const problem = { type: 'member-ended', title: reason, status: 410, detail: reason }
    return new ProblemError({ ...problem, ...(isExpired ? { reason: 'lease' } : {}) })
  }
  if (!wasOpened) {
    const isAnswered = failure === '' || failure.startsWith('Unexpected server response')
    const question = isAnswered ? ': is a proxy without Upgrade in between?' : ''
    return new ConnectionError(`no WebSocket was opened (${failure || code})${question}`)
  }
  return new ConnectionError(`the socket closed: ${code}${reason ? ` ${reason}` : ''}`)
}
