import { describe, expect, it } from 'vitest'
import { METRICS, type Sample } from '../../bench/robustness/soak/samples.ts'
import { trendsOf } from '../../bench/robustness/soak/trend.ts'
import { LONG } from '../support/long.ts'
import { run } from '../support/process.ts'
import { RETRIED } from '../support/retry.ts'

/** A busy machine needs longer to start the processes. */
const SOAK_TIMEOUT_MS = 180_000

async function soak(...args: string[]): Promise<{ code: number | null; trends: string[]; output: string }> {
  const { ended, output } = run(process.execPath, ['--import', 'tsx', 'bench/commands/soak-main.ts', ...args])
  const code = await ended
  const trends = [...output().matchAll(/^ *(heap bytes|[a-z]+) .* (flat|GROWS)$/gm)].map(
    ([, metric, trend]) => `${metric} ${trend}`,
  )
  return { code, trends, output: output() }
}

describe('a soak', LONG, () => {
  it(
    'of a server under joins, switches and messages finds no growth',
    // In so short a run, the number of connections may happen to rise. A leak would be found in each attempt.
    { ...RETRIED, timeout: 4 * SOAK_TIMEOUT_MS },
    async () => {
      const { code, trends, output } = await soak('--minutes', '0.2')
      expect(trends, output).toEqual(METRICS.map((metric) => `${metric} flat`))
      expect(output).toContain('All connections are released.')
      expect(code).toBe(0)
    },
  )

  it(
    'of a server with planted leaks finds each of them',
    async () => {
      const { code, trends, output } = await soak('--minutes', '0.2', '--plant-leaks')
      // A file is no handle of the event loop.
      const leaking = METRICS.filter((metric) => metric !== 'handles')
      expect(trends, output).toEqual(expect.arrayContaining(leaking.map((metric) => `${metric} GROWS`)))
      expect(code).toBe(1)
    },
    SOAK_TIMEOUT_MS,
  )
})

describe('a trend', () => {
  const samples = (heapOf: (minute: number) => number): Sample[] =>
    Array.from({ length: 30 }, (_, minute) => ({
      atMs: minute * 60_000,
      'heap bytes': heapOf(minute),
      descriptors: 20,
      handles: 20,
      timers: 5,
      listeners: 5,
    }))
  const heapTrend = (heapOf: (minute: number) => number) => trendsOf(samples(heapOf))[0]

  it('is flat for noise, for a step in the warm-up and for single peaks', () => {
    expect(heapTrend((minute) => 30e6 + (minute % 3) * 1e6)?.isFlat).toBe(true)
    expect(heapTrend((minute) => (minute < 8 ? 20e6 : 30e6))?.isFlat).toBe(true)
    expect(heapTrend((minute) => (minute === 20 ? 300e6 : 30e6))).toMatchObject({ isFlat: true, perMinute: 0 })
  })

  it('is not flat for growth of 0.3 MB per minute under noise', () => {
    const trend = heapTrend((minute) => 30e6 + minute * 3e5 + (minute % 2) * 1e5)
    expect(trend?.isFlat).toBe(false)
    expect(trend?.perMinute).toBeCloseTo(3e5, -4)
  })
})
