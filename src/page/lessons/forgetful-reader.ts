import { sleep } from '../../client/transports/time.ts'
import { transports } from '../../client/transports/index.ts'
import { DEFAULT_TUNING, type Net } from '../../client/transports/transport.ts'
import type { MessageEvent, TransportName } from '../../protocol.ts'

/** ms between two attempts to connect. */
const RETRY_MS = 100

export interface ForgetfulReaderOptions {
  net: Net
  room: string
  transport: TransportName
  /**
   * When a connection ends: `message`: with the first message, as in a long poll for the next message; `break`: when it breaks, as a
   * WebSocket that is opened again in its `close` event.
   */
  until: 'message' | 'break'
  /** ms from the start of one short poll to the start of the next. */
  intervalMs?: number
  onMessage: (event: MessageEvent) => void
  /** It connects. */
  onAsk?: () => void
  /** The server has answered: from now on messages arrive. */
  onOpen?: () => void
  onBreak?: () => void
}

/**
 * A reader without a memory, as in many tutorials: each connection begins at the newest message. The server of this project
 * begins with the history, which stands for a server without one here: the first batch of each connection is dropped. The reader has
 * no token, so that a browser sends no preflight. Settles when `signal` aborts.
 */
export async function readForgetfully(options: ForgetfulReaderOptions, signal: AbortSignal): Promise<void> {
  const { net, room, transport, until, intervalMs = DEFAULT_TUNING.intervalMs } = options
  while (!signal.aborted) {
    const connection = transports[transport].open({
      net,
      room,
      token: null,
      tuning: { ...DEFAULT_TUNING, intervalMs },
    })
    options.onAsk?.()
    const end = new AbortController()
    const ended = () => end.abort(signal.reason)
    signal.addEventListener('abort', ended)
    try {
      let isHistory = true
      for await (const { events, more } of connection.receive(null, end.signal, options.onOpen ?? (() => undefined))) {
        const messages = isHistory ? [] : events.filter((event) => event.type === 'message')
        isHistory &&= more === true
        for (const message of messages) options.onMessage(message)
        if (until === 'message' && messages.length > 0) break
      }
    } catch {
      if (isAborted(signal)) return
      options.onBreak?.()
      await sleep(RETRY_MS, signal).catch(() => undefined)
    } finally {
      signal.removeEventListener('abort', ended)
      end.abort(new DOMException('the reader asks again', 'AbortError'))
    }
  }
}

/** A function, since the compiler assumes that a property is unchanged after an `await`. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted
