import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../../src/random.ts'
import { startServer } from '../processes/server-process.ts'
import { pipelineOf, rawRequestOf, requestOf } from './http-inputs.ts'
import { exchange, hasAnswers } from './raw-http.ts'
import { FrameFuzz, inputRandom, PacketFuzz } from './socket-fuzz.ts'
import { joinRoom, outcomeOf, type Outcome, type Target } from './target.ts'
import { VerdictFuzz } from './verdict-fuzz.ts'

/** Kinds of inputs, and the share of each. */
export const SHARES = {
  'HTTP requests': 0.35,
  'pipelined HTTP requests': 0.05,
  'raw bytes to HTTP': 0.15,
  'WebSocket frames': 0.25,
  'Socket.IO packets': 0.1,
  'drafts on three transports': 0.1,
} as const
export type InputKind = keyof typeof SHARES
export const KINDS = Object.keys(SHARES) as InputKind[]

const MAX_FAILURES = 100
const INPUTS_PER_MEMBER = 20
/** Inputs under way of each kind. Raw bytes wait for their half-close most of the time, and verdicts for three answers. */
const WORKERS: Record<InputKind, number> = {
  'HTTP requests': 32,
  'pipelined HTTP requests': 16,
  'raw bytes to HTTP': 128,
  'WebSocket frames': 16,
  'Socket.IO packets': 16,
  'drafts on three transports': 8,
}
/** Sessions of Engine.IO end after two heartbeats without a poll. A fuzz process that stalls for less keeps its own sockets. */
const FLAGS = ['--jsonp', '--hold', '200', '--heartbeat', '3000', '--metrics']
const DESCRIPTORS_TIMEOUT_MS = 20_000
/** Descriptors that a server may have beyond those at the start: log, timers of the event loop. */
const SPARE_DESCRIPTORS = 5

export interface FuzzResult {
  /** How often each kind led to each result. */
  results: Map<InputKind, Map<string, number>>
  /** What must not happen: kind, number of the input, and what happened. */
  failures: string[]
}

/** One worker's sender of a kind of inputs. */
interface Sender {
  send: (random: Random) => Promise<Outcome>
  close: () => void
}

/** Sends inputs to a real server. The same seed sends the same inputs. */
export async function runFuzz(inputs: number, seed: number): Promise<FuzzResult> {
  const server = await startServer(FLAGS)
  const descriptorsBefore = countDescriptors(server.process.pid)
  const results: FuzzResult['results'] = new Map(KINDS.map((kind) => [kind, new Map<string, number>()]))
  const failures: string[] = []
  try {
    const sendAll = async (kind: InputKind, kindIndex: number) => {
      const counts = results.get(kind) ?? new Map<string, number>()
      const total = Math.round(inputs * SHARES[kind])
      let next = 0
      const work = async (worker: number) => {
        let sender: Sender | null = null
        while (next < total) {
          const index = next++
          try {
            sender ??= await senderOf(kind, await joinRoom(server.port, `fuzz${kindIndex}-${worker}`))
            const { result, failure } = await sender.send(inputRandom(seed, kindIndex, index))
            counts.set(result, (counts.get(result) ?? 0) + 1)
            if (failure) failures.push(`${kind}, input ${index}: ${failure}`)
          } catch (error) {
            failures.push(`${kind}, input ${index}: ${error instanceof Error ? error.message : String(error)}`)
            sender?.close()
            sender = null
          }
          if (failures.length > MAX_FAILURES) return
          // An input may have ended the member.
          if (index % INPUTS_PER_MEMBER === 0) {
            sender?.close()
            sender = null
          }
        }
        sender?.close()
      }
      await Promise.all(Array.from({ length: WORKERS[kind] }, (_, worker) => work(worker)))
    }
    // All kinds at once: while some inputs wait, others use the processor.
    await Promise.all(KINDS.map(sendAll))
    failures.push(...(await checkServer(server.port, server.process.pid, descriptorsBefore)))
  } finally {
    const code = await server.process.stop()
    if (code !== 0) failures.push(`the server ended with ${code} after SIGTERM`)
    for (const crash of server.process.crashes) failures.push(`the server ended by itself: ${crash}`)
    const lines = server.process.output.split('\n').filter((line) => line !== '' && !line.includes(' is at http'))
    for (const line of lines.slice(0, 20)) failures.push(`the server wrote: ${line.slice(0, 300)}`)
  }
  return { results, failures }
}

async function senderOf(kind: InputKind, target: Target): Promise<Sender> {
  const { port } = target
  const close = () => undefined
  if (kind === 'HTTP requests')
    return { close, send: async (random) => outcomeOf(await exchange(port, requestOf(random, target)), false) }
  if (kind === 'pipelined HTTP requests') {
    return {
      close,
      send: async (random) => {
        const { bytes, count } = pipelineOf(random, target)
        return outcomeOf(await exchange(port, bytes, { until: hasAnswers(count) }), false)
      },
    }
  }
  if (kind === 'raw bytes to HTTP')
    return {
      close,
      send: async (random) => outcomeOf(await exchange(port, rawRequestOf(random, target), { isRaw: true }), true),
    }
  if (kind === 'WebSocket frames') return new FrameFuzz(target)
  if (kind === 'Socket.IO packets') return Object.assign(new PacketFuzz(target), { close })
  return VerdictFuzz.open(target)
}

/** After all inputs the server answers, and has closed all connections. */
async function checkServer(port: number, pid: number | undefined, before: number): Promise<string[]> {
  const failures: string[] = []
  const health = await exchange(port, Buffer.from(`GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`))
  if (typeof health === 'string' || health.status !== 200) failures.push('/healthz does not answer with 200')
  const startMs = performance.now()
  const isBack = () => countDescriptors(pid) <= before + SPARE_DESCRIPTORS
  while (!isBack() && performance.now() - startMs < DESCRIPTORS_TIMEOUT_MS) await sleep(200)
  if (!isBack()) failures.push(`${countDescriptors(pid)} descriptors are open, ${before} were before`)
  return failures
}

/** Open descriptors of a process. 0 where there is no /proc. */
function countDescriptors(pid: number | undefined): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0
  }
}
