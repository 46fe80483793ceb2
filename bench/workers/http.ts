import autocannon from 'autocannon'
import type { HttpLoad } from '../load/http-load.ts'
import { serve } from './rpc.ts'

export interface HttpResult {
  /** ms of every answer, from the `response` event: autocannon's histogram stores whole milliseconds. */
  latenciesMs: number[]
  requestsPerS: number
  answers: number
  non2xx: number
  errors: number
  cpuUs: number
  durationS: number
  /** autocannon's own summary. */
  raw: unknown
}

let drafts = 0

const handlers = {
  /**
   * Closed loop at full speed. With a rate, autocannon corrects for coordinated omission, but it expects one answer per
   * millisecond at every rate and so invents latencies. Without a rate it corrects nothing.
   */
  async run({
    url,
    method,
    headers,
    postsTextOfBytes,
    connections,
    durationS,
    timeoutS,
  }: HttpLoad): Promise<HttpResult> {
    const cpu = process.cpuUsage()
    const latenciesMs: number[] = []
    const body = () =>
      JSON.stringify({ id: `autocannon-${process.pid}-${++drafts}`, text: 'x'.repeat(postsTextOfBytes ?? 0) })
    const options: autocannon.Options = {
      url,
      method,
      headers: { ...headers, ...(postsTextOfBytes === undefined ? {} : { 'content-type': 'application/json' }) },
      connections,
      duration: durationS,
      timeout: timeoutS,
      ...(postsTextOfBytes === undefined
        ? {}
        : { requests: [{ setupRequest: (request) => ({ ...request, body: body() }) }] }),
    }
    const raw = await new Promise<autocannon.Result>((resolve, reject) => {
      const instance = autocannon(options, (error: Error | null, result) => (error ? reject(error) : resolve(result)))
      instance.on('response', (_client, _status, _bytes, ms) => latenciesMs.push(ms))
    })
    const { user, system } = process.cpuUsage(cpu)
    const answers = raw['2xx'] + raw.non2xx
    return {
      latenciesMs,
      requestsPerS: answers / raw.duration,
      answers,
      non2xx: raw.non2xx,
      errors: raw.errors,
      cpuUs: user + system,
      durationS: raw.duration,
      raw,
    }
  },
}
export type HttpHandlers = typeof handlers
serve(handlers)
