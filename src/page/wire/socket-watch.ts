import { signal } from '@preact/signals'
import { now } from '../measure/clock.ts'

/** Events that are kept, of all sockets together. */
const MAX_EVENTS = 60
/** How often the view is updated: in a busy room a single event cannot be seen anyway. */
const REFRESH_MS = 100

export interface SocketEvent {
  /** ms since the epoch, by the page's clock. */
  at: number
  type: 'open' | 'message' | 'error' | 'close'
  /** Details: the protocol of an open, bytes and kind of a message, code and reason of a close. */
  detail: { protocol: string } | { bytes: number; kind: string } | { code: number; reason: string } | null
}

/** A WebSocket as a program sees it, at one moment. */
export interface SocketView {
  readyState: number
  bufferedAmount: number
  protocol: string
  extensions: string
  binaryType: string
  url: string
  madeAt: number
  openedAt: number | null
  closedAt: number | null
  counts: Record<SocketEvent['type'], number>
  /** Newest last. */
  events: readonly SocketEvent[]
}

const encoder = new TextEncoder()

/** Observes the connection's WebSocket: the current one, or the last one. */
export class SocketWatch {
  /** null before the first one. */
  readonly view = signal<SocketView | null>(null)
  #socket: WebSocket | null = null
  #times = { madeAt: 0, openedAt: null as number | null, closedAt: null as number | null }
  #counts = { open: 0, message: 0, error: 0, close: 0 }
  #events: SocketEvent[] = []
  #isScheduled = false

  watch(socket: WebSocket): void {
    this.#socket = socket
    this.#times = { madeAt: now(), openedAt: null, closedAt: null }
    this.#counts = { open: 0, message: 0, error: 0, close: 0 }
    const addEvent = (type: SocketEvent['type'], detail: SocketEvent['detail']) => {
      // Events of an earlier socket that is still closing are listed; the counts are those of the current socket.
      if (socket === this.#socket) {
        this.#counts[type] += 1
        if (type === 'open') this.#times.openedAt = now()
        if (type === 'close') this.#times.closedAt = now()
      }
      this.#events = [...this.#events.slice(1 - MAX_EVENTS), { at: now(), type, detail }]
      this.#scheduleRefresh()
    }
    socket.addEventListener('open', () => addEvent('open', { protocol: socket.protocol }))
    socket.addEventListener('message', ({ data }) => addEvent('message', contentOf(data)))
    socket.addEventListener('error', () => addEvent('error', null))
    socket.addEventListener('close', ({ code, reason }) => addEvent('close', { code, reason }))
    this.#scheduleRefresh()
  }

  /** Reads the properties of the socket. */
  refresh(): void {
    const socket = this.#socket
    if (!socket) return
    const { readyState, bufferedAmount, protocol, extensions, binaryType, url } = socket
    this.view.value = {
      ...{ readyState, bufferedAmount, protocol, extensions, binaryType, url },
      ...this.#times,
      counts: { ...this.#counts },
      events: this.#events,
    }
  }

  #scheduleRefresh(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setTimeout(() => {
      this.#isScheduled = false
      this.refresh()
    }, REFRESH_MS)
  }
}

/** The size of a message, and the type at its beginning. */
function contentOf(data: unknown): SocketEvent['detail'] {
  if (typeof data !== 'string') return null
  return { bytes: encoder.encode(data).length, kind: /^\{"type":"(\w+)"/.exec(data)?.[1] ?? '' }
}
