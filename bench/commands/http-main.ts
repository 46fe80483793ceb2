import { Command, InvalidArgumentError, Option } from 'commander'
import { HTTP_SUBJECTS, prepareRoom, type HttpSubject } from '../load/http-requests.ts'
import { numberOption } from '../rig/parameters.ts'
import { quantile } from '../analysis/statistics.ts'
import type { HttpHandlers } from '../workers/http.ts'
import { Worker } from '../workers/rpc.ts'

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

interface Options {
  url: string
  room: string
  request: HttpSubject[]
  connections: number
  duration: number
  payload: number
}

const options = new Command('npm run bench:http --')
  .description(
    'Loads a running server with HTTP requests by autocannon in a closed loop: each connection sends its next request after an answer.',
  )
  .addOption(
    new Option('--url <url>', 'server on this machine').default('http://localhost:3000').argParser((value) => {
      if (!URL.canParse(value) || !LOOPBACK.includes(new URL(value).hostname)) {
        throw new InvalidArgumentError(
          `a URL of this machine is needed: http://${LOOPBACK.join(', http://')} with a port`,
        )
      }
      return value.replace(/\/+$/, '')
    }),
  )
  .addOption(new Option('--room <name>', 'room of the benchmark').default('bench-http'))
  .addOption(
    new Option('-r, --request <kind...>', 'kinds of requests').choices(HTTP_SUBJECTS).default([...HTTP_SUBJECTS]),
  )
  .addOption(
    numberOption('connections', {
      short: 'c',
      default: 10,
      min: 1,
      max: 1000,
      unit: 'connections',
      description: 'number of open connections',
    }),
  )
  .addOption(
    numberOption('duration', {
      short: 'd',
      default: 5,
      min: 1,
      max: 600,
      unit: 'seconds',
      description: 'duration of each kind',
    }),
  )
  .addOption(
    numberOption('payload', { default: 100, min: 1, max: 2000, unit: 'bytes', description: 'text of a message' }),
  )
  .parse()
  .opts<Options>()

const loads = await prepareRoom(options.url, options.room, options.payload, 25_000).catch((error: unknown) => {
  const why = error instanceof Error ? error.message : String(error)
  process.stderr.write(`bench:http: no server answers at ${options.url} (${why}): start one with npm start\n`)
  process.exit(1)
})

const autocannon = new Worker<HttpHandlers>('workers/http')
const columns = ['request', 'requests/s', 'p50 ms', 'p99 ms', 'max ms', 'not 2xx', 'errors']
process.stdout.write(`${columns.map((name) => name.padEnd(16)).join('')}\n`)
for (const subject of options.request) {
  const { connections, duration: durationS } = options
  const result = await autocannon.call('run', { ...loads[subject], connections, durationS })
  const ms = (share: number) => quantile(result.latenciesMs, share).toFixed(2)
  const row = [subject, result.requestsPerS.toFixed(0), ms(0.5), ms(0.99), ms(1), result.non2xx, result.errors]
  process.stdout.write(`${row.map((value) => String(value).padEnd(16)).join('')}\n`)
}
await autocannon.end()
