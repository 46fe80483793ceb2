import type { Ack, Batch, Cursor, Draft, Problem, TransportName } from '../../protocol.ts'
import { deadline, type Deadline } from './time.ts'
import { ConnectionError, ProblemError, reasonOf, type Net, type TransportContext } from './transport.ts'

/** ms that an answer may take, beyond the time for which the server was asked to hold the request. */
export const ANSWER_TIMEOUT_MS = 10_000

/** The slowest uplink that is waited for. The server needs this rate too: see its http/body-progress.ts. */
const MIN_BYTES_PER_S = 250

/** ms that the answer to a text of this many characters may take. `fetch` does not report the progress of a request. */
export const answerTimeoutMs = (text: string): number =>
  ANSWER_TIMEOUT_MS + (1000 * new TextEncoder().encode(text).length) / MIN_BYTES_PER_S

/** The type of a problem that has no other type (RFC 9457). */
const FOREIGN_TYPE = 'about:blank'

/** A proxy may ask for a day, and be back in a minute. */
const MAX_RETRY_AFTER_MS = 300_000

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  token?: string | null
  body?: unknown
  headers?: Record<string, string>
  keepalive?: boolean
  /** ms for which the server may hold the request. */
  holdMs?: number
}

/** One request: its JSON, or null for 204 and 304. Throws ProblemError for a refusal, ConnectionError without an answer. */
export async function call(net: Net, request: Call, signal?: AbortSignal): Promise<unknown> {
  const { method = 'GET', path, token, body, headers, keepalive = false, holdMs = 0 } = request
  const content = body === undefined ? undefined : JSON.stringify(body)
  const limitMs = holdMs + answerTimeoutMs(content ?? '')
  const limit = deadline(signal, limitMs, new ConnectionError(`no answer within ${limitMs} ms`))
  try {
    const response = await net.fetch(net.base + path, {
      method,
      keepalive,
      signal: limit.signal,
      headers: {
        ...headers,
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(content === undefined ? {} : { body: content }),
    })
    if (response.status === 204 || response.status === 304) return null
    if (!response.ok) throw await refusalOf(response)
    return parseAnswer(await readText(response, limit))
  } catch (error) {
    if (error instanceof ProblemError || error instanceof ConnectionError || signal?.aborted) throw error
    throw new ConnectionError(reasonOf(error), { cause: error })
  } finally {
    limit.release()
  }
}

/** Bytes that the slowest network brings within the time for an answer. */
const SHORT_ANSWER_BYTES = (ANSWER_TIMEOUT_MS / 1000) * MIN_BYTES_PER_S

/** A long answer, such as a history, may take any time as long as it makes progress. */
async function readText(response: Response, limit: Deadline): Promise<string> {
  const length = Number(response.headers.get('content-length') ?? Number.POSITIVE_INFINITY)
  if (length <= SHORT_ANSWER_BYTES || !response.body) return response.text()
  const [reader, decoder] = [response.body.getReader(), new TextDecoder()]
  for (let text = ''; ;) {
    limit.restart(ANSWER_TIMEOUT_MS, new ConnectionError(`no progress within ${ANSWER_TIMEOUT_MS} ms`))
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
  }
}

/** A captive portal and the login page of a proxy answer 200 with HTML. */
function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ConnectionError('the answer is not JSON: is a proxy in between?')
  }
}

/** A poll of one of the polling transports: the batch after `cursor`, or null. */
export async function poll(
  { net, room, token }: TransportContext,
  transport: TransportName,
  cursor: Cursor | null,
  holdMs: number | undefined,
  signal: AbortSignal,
): Promise<Batch | null> {
  const query = new URLSearchParams()
  if (cursor !== null) query.set('after', cursor)
  if (holdMs !== undefined) query.set('holdMs', String(holdMs))
  const path = `/rooms/${room}/${transport}${query.size > 0 ? `?${query}` : ''}`
  const answer = await call(net, { path, token, holdMs: holdMs ?? 0 }, signal)
  return answer === null ? null : asBatch(answer)
}

/** Sends a draft, for every transport that receives by HTTP. */
export async function post({ net, room, token }: TransportContext, draft: Draft, signal: AbortSignal): Promise<Ack> {
  const answer = await call(net, { method: 'POST', path: `/rooms/${room}/messages`, token, body: draft }, signal)
  const ack = answer as Partial<Ack> | null
  if (ack?.id !== draft.id) throw new ConnectionError('the answer is not an acknowledgement: is a proxy in between?')
  return ack as Ack
}

/**
 * Checks an answer, since a captive portal answers 200 with its own page. Where an answer has no status, a problem takes the
 * place of a batch, and is thrown.
 */
export function asBatch(value: unknown): Batch {
  const batch = value as (Partial<Batch> & Partial<Problem>) | null
  if (typeof batch?.status === 'number') throw new ProblemError(batch as Problem)
  if (typeof batch?.cursor === 'string' && Array.isArray(batch.events)) return batch as Batch
  throw new ConnectionError('the answer is not a batch: is a proxy in between?')
}

/** The problem in an answer that is a refusal. */
export async function refusalOf(response: Response): Promise<ProblemError> {
  return new ProblemError(readProblem(await response.text(), response), readRetryAfterMs(response))
}

function readProblem(text: string, { status, statusText }: Response): Problem {
  try {
    const problem = JSON.parse(text) as Problem
    const { type, detail } = problem
    if (typeof type === 'string' && typeof detail === 'string' && problem.status === status) return problem
  } catch {
    // Not from our server, for example a proxy's page: only its status is known.
  }
  // A server that is closing answers 503 without a problem, too.
  const question = status === 503 ? '' : ', not by this server: is a proxy in between?'
  return { type: FOREIGN_TYPE, title: statusText, status, detail: `${status} ${statusText}`.trim() + question }
}

/** In ms, from a number of seconds or from a date. The clock of a date is that of the program that answered. */
function readRetryAfterMs({ headers }: Response): number | undefined {
  const asked = headers.get('retry-after')?.trim() ?? ''
  const now = Date.parse(headers.get('date') ?? '') || Date.now()
  // Without letters, a wrong number could be read as a year.
  const date = /[a-z]/i.test(asked) ? Date.parse(asked) : Number.NaN
  const ms = /^\d+$/.test(asked) ? 1000 * Number(asked) : date - now
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS) : undefined
}
