import { HEARTBEAT_HEADER, type Cursor } from '../../protocol.ts'
import { ANSWER_TIMEOUT_MS, call, refusalOf } from './http.ts'
import { endWhenSilent } from './silence.ts'
import { deadline } from './time.ts'
import { ConnectionError, ProblemError, reasonOf, type TransportContext } from './transport.ts'

/** A captive portal answers 200 with a page, which is no stream. */
const MEDIA_TYPES = { sse: 'text/event-stream', 'http-stream': 'application/x-ndjson' } as const

/** Of a heartbeat, the part after which the server is sent another sign that the member still reads. */
const SIGN_AFTER = 0.5

/**
 * Returns a function that calls `show` once per heartbeat. The caller calls it when a piece arrives: a browser wakes the timers of
 * a hidden tab once a minute, but not its network. Heartbeats arrive at least as often as a sign is needed.
 */
function signs(heartbeatMs: number, show: () => void): () => void {
  let lastAt = performance.now()
  return () => {
    const now = performance.now()
    if (now - lastAt < SIGN_AFTER * heartbeatMs) return
    lastAt = now
    show()
  }
}

function readHeartbeatMs(headers: Headers): number | undefined {
  const text = headers.get(HEARTBEAT_HEADER) ?? ''
  return /^\d+$/.test(text) ? Number(text) : undefined
}

/**
 * The text of an answer that does not end, in pieces as they arrive. Throws ProblemError for a refusal, ConnectionError without
 * an answer and for an answer that breaks off.
 *
 * @param onOpen called when the head of the answer is there
 */
export async function* streamText(
  context: TransportContext,
  transport: keyof typeof MEDIA_TYPES,
  cursor: Cursor | null,
  signal: AbortSignal,
  onOpen: () => void,
): AsyncGenerator<string, never, undefined> {
  const { net, room, token } = context
  const limit = deadline(signal, ANSWER_TIMEOUT_MS, new ConnectionError(`no answer within ${ANSWER_TIMEOUT_MS} ms`))
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  try {
    const response = await net.fetch(
      `${net.base}/rooms/${room}/${transport}${cursor === null ? '' : `?after=${cursor}`}`,
      {
        signal: limit.signal,
        headers: token ? { authorization: `Bearer ${token}` } : {},
      },
    )
    limit.cancelTimer()
    if (!response.ok || !response.body) throw await refusalOf(response)
    if (!response.headers.get('content-type')?.startsWith(MEDIA_TYPES[transport])) {
      await response.body.cancel()
      throw new ConnectionError('the answer is not a stream: is a proxy in between?')
    }
    onOpen()
    // A proxy may remove headers that it does not know.
    const heartbeatMs = readHeartbeatMs(response.headers) ?? context.heartbeatMs ?? Number.POSITIVE_INFINITY
    const showSign = signs(heartbeatMs, () => {
      if (token) call(net, { path: `/rooms/${room}/members/me`, token }, limit.signal).catch(() => undefined)
    })
    endWhenSilent(limit, 'stream', heartbeatMs)
    reader = response.body.getReader()
    // A character may be split between two pieces.
    const decoder = new TextDecoder()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) throw new ConnectionError('the stream ended')
      context.onHeard?.()
      limit.restart()
      showSign()
      yield decoder.decode(value, { stream: true })
    }
  } catch (error) {
    if (error instanceof ProblemError || error instanceof ConnectionError || signal.aborted) throw error
    throw new ConnectionError(reasonOf(error), { cause: error })
  } finally {
    limit.release()
    // Ends the connection when the reader stops.
    await reader?.cancel().catch(() => undefined)
  }
}
