import type { Net } from '../../client/transports/transport.ts'
import { recordedPath } from '../../meter.ts'
import { now } from '../measure/clock.ts'
import { ProgressMarks } from './progress-marks.ts'

/** What the page saw of one request. Times are ms since the epoch by the page's clock. */
export class ClientObservation {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly begunAt = now()
  /** When the head of the answer arrived, or the socket opened. */
  answeredAt: number | null = null
  /** When the whole answer had arrived, or the request had ended. */
  endedAt: number | null = null
  /** It broke, or was aborted, before it was answered, or within an answer that is read as a whole. */
  isBroken = false
  /** The page aborted it. */
  isAborted = false
  /** Of the answer; null before its head has arrived, and for sockets and scripts. */
  status: number | null = null
  /** The side that ended an open connection, or `network`: it broke. null while it is open. */
  endedBy: 'page' | 'server' | 'network' | null = null
  /** Of a socket that was closed. */
  closeCode: number | null = null
  /** Bytes of a body as they arrived, or messages of a socket: from 1. */
  readonly down = new ProgressMarks()
  readonly up = new ProgressMarks()

  /** @param base of the net: the server's records name paths below it, as a proxy removes its own prefix */
  constructor(method: string, url: string | URL, base: string) {
    this.method = method
    const { host, pathname, search } = new URL(url, base)
    const { host: ownHost, pathname: ownPath } = new URL(base)
    const prefix = host === ownHost ? ownPath.replace(/\/$/, '') : ''
    this.path = recordedPath(pathname.slice(pathname.startsWith(`${prefix}/`) ? prefix.length : 0) + search)
  }
}

export interface NetWatcher {
  /** A request begins; its progress is written into the observation. */
  requestBegan: (observation: ClientObservation) => void
  /** A socket is made. The watcher only observes it. */
  socketMade: (socket: WebSocket) => void
}

/** RFC 6455, 7.1.5: a connection that ended without a close frame. */
const BROKEN_CODE = 1006

/** The same net, observed. Nothing is changed: callers receive the answers of the net itself. */
export function traceNet(net: Net, watcher: NetWatcher): Net {
  class WatchedSocket extends net.WebSocket {
    readonly #observation: ClientObservation

    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      const observation = (this.#observation = new ClientObservation('GET', url, net.base))
      // These listeners are added first, so they run first, and their times are those of arrival at the page.
      this.addEventListener('open', () => (observation.answeredAt = now()))
      this.addEventListener('message', () => observation.down.mark(observation.down.end + 1, now()))
      this.addEventListener('close', ({ code }) => {
        observation.endedAt = now()
        observation.isBroken = observation.answeredAt === null
        observation.isAborted = observation.isBroken && observation.endedBy === 'page'
        observation.closeCode = code
        observation.endedBy ??= code === BROKEN_CODE ? 'network' : 'server'
      })
      watcher.requestBegan(observation)
      watcher.socketMade(this)
    }

    override close(code?: number, reason?: string): void {
      // A socket that is closed, or is being closed by the other side, stays so.
      if (this.readyState <= this.OPEN) this.#observation.endedBy = 'page'
      super.close(code, reason)
    }

    override send(data: Parameters<WebSocket['send']>[0]): void {
      this.#observation.up.mark(this.#observation.up.end + 1, now())
      super.send(data)
    }
  }

  return {
    ...net,
    WebSocket: WatchedSocket,
    loadScript: async (url, callback, signal) => {
      const observation = new ClientObservation('GET', url, net.base)
      watcher.requestBegan(observation)
      try {
        const value = await net.loadScript(url, callback, signal)
        observation.answeredAt = now()
        return value
      } catch (error) {
        observation.isBroken = true
        observation.isAborted = signal.aborted
        throw error
      } finally {
        observation.endedAt = now()
      }
    },
    fetch: async (input, init) => {
      const url = input instanceof Request ? input.url : input
      const method = init?.method ?? (input instanceof Request ? input.method : 'GET')
      const observation = new ClientObservation(method, url, net.base)
      watcher.requestBegan(observation)
      try {
        const response = await net.fetch(input, init)
        observation.answeredAt = now()
        observation.status = response.status
        if (response.body && !NULL_BODY_STATUSES.includes(response.status)) {
          watchBody(response, response.body, observation, () => init?.signal?.aborted === true)
        } else observation.endedAt = observation.answeredAt
        return response
      } catch (error) {
        observation.endedAt = now()
        observation.isBroken = true
        observation.isAborted = init?.signal?.aborted === true
        throw error
      }
    },
  }
}

/** Statuses whose answers have no body. In Chromium their `body` is a stream all the same, which no caller reads. */
const NULL_BODY_STATUSES: readonly number[] = [204, 205, 304]

/** Records when the body is read, for the two ways in which our transports read a body. */
function watchBody(
  response: Response,
  body: ReadableStream<Uint8Array>,
  observation: ClientObservation,
  isAborted: () => boolean,
): void {
  const ended = () => (observation.endedAt ??= now())
  const text = response.text.bind(response)
  response.text = () =>
    text()
      .catch((error: unknown) => {
        observation.isBroken = true
        observation.isAborted = isAborted()
        throw error
      })
      .finally(ended)

  const getReader = body.getReader.bind(body) as () => ReadableStreamDefaultReader<Uint8Array>
  const watchedReader = () => {
    const reader = getReader()
    const read = reader.read.bind(reader)
    reader.read = async () => {
      const piece = await read().catch((error: unknown) => {
        observation.endedBy ??= isAborted() ? 'page' : 'network'
        ended()
        throw error
      })
      if (piece.done) {
        observation.endedBy ??= 'server'
        ended()
      } else observation.down.mark(observation.down.end + piece.value.byteLength, now())
      return piece
    }
    const cancel = reader.cancel.bind(reader)
    reader.cancel = (reason) => {
      observation.endedBy ??= 'page'
      return cancel(reason)
    }
    void reader.closed.then(ended, ended)
    return reader
  }
  // The other kind of reader, with its own buffers, is not used here.
  body.getReader = watchedReader as typeof body.getReader
}
