import { exchange, isComplete, statusesOf, type Answer } from './raw-http.ts'

/** The server under test, and a member of its room. */
export interface Target {
  port: number
  room: string
  token: string
}

/** What an input led to. A failure says what must not happen. */
export interface Outcome {
  /** For the table: a status, a close code, a verdict. */
  result: string
  failure?: string
}

export const outcomeOf = (answer: Answer, isCloseAllowed: boolean): Outcome => {
  if (answer === 'unanswered') return { result: answer, failure: 'no answer, and the connection stays open' }
  if (answer === 'closed')
    return isCloseAllowed ? { result: answer } : { result: answer, failure: 'closed without an answer' }
  const failed = [answer.status, ...statusesOf(answer.text)].find((status) => status >= 500 && status !== 503)
  return { result: String(answer.status), ...(failed === undefined ? {} : { failure: `status ${failed}` }) }
}

/** One request with a JSON body, and the JSON of its answer. */
export async function request(
  port: number,
  head: string,
  body: string,
  headers = '',
): Promise<{ status: number; json: unknown }> {
  const bytes = Buffer.from(body)
  const type = body === '' ? '' : 'Content-Type: application/json\r\n'
  const text = `${head} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${headers}${type}Content-Length: ${bytes.length}\r\n\r\n`
  const answer = await exchange(port, Buffer.concat([Buffer.from(text), bytes]), { until: isComplete })
  if (typeof answer === 'string') throw new Error(`${head}: ${answer}`)
  const content = Buffer.from(answer.text.slice(answer.text.indexOf('\r\n\r\n') + 4), 'latin1').toString()
  return { status: answer.status, json: content === '' ? null : JSON.parse(content) }
}

/** Joins the room. */
export async function joinRoom(port: number, room: string): Promise<Target> {
  const { status, json } = await request(port, `POST /rooms/${room}/members`, '{}')
  if (status !== 201) throw new Error(`joining ${room} was answered by ${status}`)
  return { port, room, token: (json as { token: string }).token }
}
