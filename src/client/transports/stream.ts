import type { Cursor, TransportName } from '../../protocol.ts'
import { ANSWER_TIMEOUT_MS, refusalOf } from './http.ts'
import { deadline } from './time.ts'
import { ConnectionError, ProblemError, type TransportContext } from './transport.ts'

/**
 * The text of an answer that does not end, in pieces as they arrive. Throws ProblemError for a refusal, ConnectionError without
 * an answer and for an answer that breaks off.
 *
 * @param onOpen called when the head of the answer is there
 */
export async function* streamText(
  { net, room, token }: TransportContext,
  transport: TransportName,
  cursor: Cursor | null,
  signal: AbortSignal,
  onOpen: () => void,
): AsyncGenerator<string, never, undefined> {
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
    onOpen()
    reader = response.body.getReader()
    // A character may be split between two pieces.
    const decoder = new TextDecoder()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) throw new ConnectionError('the stream ended')
      yield decoder.decode(value, { stream: true })
    }
  } catch (error) {
    if (error instanceof ProblemError || error instanceof ConnectionError || signal.aborted) throw error
    throw new ConnectionError(error instanceof Error ? error.message : String(error), { cause: error })
  } finally {
    limit.release()
    // Ends the connection when the reader stops.
    await reader?.cancel().catch(() => undefined)
  }
}
