import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildApp } from '../../../src/server/app.ts'
import { startChurn, type ChurnCounts } from './churn.ts'
import { plantLeaks } from './planted-leaks.ts'
import { takeSample, type Sample } from './samples.ts'
import { trendsOf, type Trend } from './trend.ts'

const SAMPLES = 60
const DRAIN_TIMEOUT_MS = 10_000
/** Descriptors and handles that may stay after all clients have left: an idle connection of a client that vanished. */
const SPARE = 5

export interface SoakOptions {
  durationMs: number
  seed: number
  /** Leaks on purpose, as a control. */
  isLeaking: boolean
}

export interface SoakResult {
  counts: ChurnCounts
  trends: Trend[]
  before: Sample
  after: Sample
  /** Descriptors and handles are back to those before the clients came. */
  isDrained: boolean
}

/** Runs the server in this process and clients in another one, and samples what the server holds. */
export async function runSoak({ durationMs, seed, isLeaking }: SoakOptions): Promise<SoakResult> {
  // Few events are retained, so that histories are full after the warm-up.
  const { app } = await buildApp({
    logLevel: 'error',
    jsonp: true,
    links: 'off',
    retain: 200,
    heartbeat: 2000,
    lease: 10_000,
  })
  if (isLeaking) plantLeaks(app)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const emitters = [process, app.server]
  let startMs = performance.now()
  const sample = () => takeSample(performance.now() - startMs, emitters)
  const before = sample()
  const stopChurn = await startChurn(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, seed)
  // A busy machine starts the clients late, and the server would seem to grow with their number.
  startMs = performance.now()
  const samples: Sample[] = []
  while (performance.now() - startMs < durationMs) {
    await sleep(durationMs / SAMPLES)
    samples.push(sample())
  }
  const counts = await stopChurn()
  const isBack = ({ descriptors, handles }: Sample) =>
    descriptors <= before.descriptors + SPARE && handles <= before.handles + SPARE
  const drainedBy = performance.now() + DRAIN_TIMEOUT_MS
  let after = sample()
  while (!isBack(after) && performance.now() < drainedBy) {
    await sleep(200)
    after = sample()
  }
  await app.close()
  return { counts, trends: trendsOf(samples), before, after, isDrained: isBack(after) }
}
