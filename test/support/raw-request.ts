import { Agent, request, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import type { TestPlayground } from './playground.ts'

export interface RawOptions {
  method?: string
  /** A loopback address that the client connects from. */
  from?: string
  headers?: Record<string, string>
  body?: unknown
}

export interface RawAnswer {
  status: number
  headers: IncomingMessage['headers']
  body: unknown
}

/** Starts a request from a given address. Settles with the response when its head has arrived. */
export async function openRequest({ port }: Pick<TestPlayground, 'port'>, path: string, options: RawOptions = {}) {
  const { method = 'GET', from = '127.0.0.1', headers = {}, body } = options
  const agent = new Agent()
  const sent = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    localAddress: from,
    agent,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  })
  onTestFinished(() => void sent.destroy())
  sent.on('error', () => undefined)
  sent.end(body === undefined ? undefined : JSON.stringify(body))
  const response = once(sent, 'response').then(([response]) => response as IncomingMessage)
  // A test may leave a held request unanswered.
  response.catch(() => undefined)
  return { response, close: () => sent.destroy() }
}

/** The complete answer to a request from a given address. */
export async function ask(
  playground: Pick<TestPlayground, 'port'>,
  path: string,
  options: RawOptions = {},
): Promise<RawAnswer> {
  const { response } = await openRequest(playground, path, options)
  const answer = await response
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: text === '' ? null : JSON.parse(text) }
}
