// @module-tag long
import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rig } from '../../bench/rig/rig.ts'
import {
  checkAgainstItself,
  checkKnownDelay,
  checkKnownStall,
  checkUniform,
  group,
  type SelfCheckResult,
} from '../../bench/self-checks.ts'
import { quantile } from '../../bench/analysis/statistics.ts'
import { canMakeNamespace } from '../../bench/rig/namespace.ts'
import { comparePairs } from '../../bench/scenarios/latency.ts'
import { RETRIED } from '../support/retry.ts'

let rig: Rig
beforeAll(() => {
  rig = new Rig({ keepsServer: true })
})
afterAll(() => rig.end())

const patience = { settleMs: 200, graceMs: 2000 }

describe('the suite, for known values', () => {
  it('measures the 5 ms of a link', RETRIED, async () => {
    const { figures, measured } = await checkKnownDelay(rig)
    console.log(`5 ms link: ${measured}`)
    expect(figures['differenceMs']).toBeGreaterThanOrEqual(5)
    expect(figures['differenceMs']).toBeLessThanOrEqual(6.5)
  })

  // Each has separate processes and little load, so all run at once.
  describe.concurrent('measures a stall of 100 ms in five seconds', () => {
    const check = async (stalled: 'server' | 'publisher') => {
      const separateRig = new Rig()
      try {
        return await checkKnownStall(separateRig, { stalled })
      } finally {
        await separateRig.end()
      }
    }

    it.each(['server', 'publisher'] as const)('of the %s', RETRIED, async (stalled) => {
      const { figures, measured } = await check(stalled)
      console.log(`stalled ${stalled}: ${measured}`)
      // Whatever else stands still here comes on top of it.
      expect(figures['lateShare']).toBeGreaterThan(0.012)
      expect(figures['p99Ms']).toBeGreaterThan(42)
      expect(figures['maxMs']).toBeGreaterThan(95)
    })
  })

  it('counts bytes within 0.5 % of the kernel’s counters, or reports that it cannot', RETRIED, () => {
    // In a separate namespace, and so in a separate process.
    const script = `
      import { Rig } from './bench/rig/rig.ts'
      import { checkByteIdentity } from './bench/self-checks.ts'
      const rig = new Rig()
      console.log(JSON.stringify(await checkByteIdentity(rig)))
      await rig.end()`
    const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script]
    const output = canMakeNamespace()
      ? execFileSync('unshare', ['-rn', 'sh', '-c', 'ip link set lo up && exec "$0" "$@"', ...node], {
          encoding: 'utf8',
          env: { ...process.env, PLAYGROUND_BENCH_NAMESPACE: '1' },
        })
      : execFileSync(process.execPath, node.slice(1), { encoding: 'utf8' })
    const { figures, measured } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as SelfCheckResult
    console.log(`byte identity: ${measured}`)
    if (canMakeNamespace()) expect(Math.abs(figures['difference'] ?? 1)).toBeLessThanOrEqual(0.005)
    else expect(measured).toContain('no network namespace')
  })

  it('finds no difference between a transport and itself', RETRIED, async () => {
    await rig.start()
    await rig.open([group('a', { count: 6 }), group('b', { count: 6 })], 1)
    const window = await rig.run(
      { ratePerS: 80, durationMs: 3000, arrivals: 'poisson', seed: 1, payloadBytes: 100 },
      patience,
    )
    const [compared] = comparePairs(window, [['a', 'b']], 1)
    if (!compared) throw new Error('nothing to compare')
    const check = checkAgainstItself(compared)
    console.log(`A against A: ${check.measured}`)
    expect(check.ok).toBe(true)
  })

  it(
    'measures the same latency for the project client and the raw client behind a long round trip',
    RETRIED,
    async () => {
      const rttMs = 400
      await rig.start()
      const port = await rig.links.call('open', { to: rig.port, profile: { delayMs: rttMs / 2 }, seed: 1 })
      const held = { transport: 'long-poll', count: 4, port } as const
      const groups = [group('raw', held), group('project', { ...held, client: 'project' })]
      await rig.open(groups, 1, { waitingTimeoutMs: 4 * rttMs })
      const schedule = { ratePerS: 6, durationMs: 4000, arrivals: 'poisson', seed: 1, payloadBytes: 100 } as const
      const window = await rig.run(schedule, { settleMs: 200, graceMs: 4 * rttMs })
      const [raw = 0, project = 0] = groups.map(({ name }) =>
        quantile(
          (window.groups[name] ?? []).flatMap(({ latenciesMs }) => latenciesMs),
          0.5,
        ),
      )
      console.log(`behind ${rttMs} ms: raw ${raw.toFixed(0)} ms, project ${project.toFixed(0)} ms`)
      expect(Math.abs(project / raw - 1)).toBeLessThanOrEqual(0.15)
    },
  )

  it('finds the latency of short polls evenly spread over their interval', RETRIED, async () => {
    await rig.start()
    const groups = [group('short-poll', { transport: 'short-poll', count: 40 }), group('websocket', { count: 5 })]
    await rig.open(groups, 1)
    const window = await rig.run(
      { ratePerS: 30, durationMs: 3000, arrivals: 'poisson', seed: 1, payloadBytes: 100 },
      patience,
    )
    const of = (name: string) => (window.groups[name] ?? []).flatMap(({ latenciesMs }) => latenciesMs)
    const check = checkUniform(of('short-poll'), 200, quantile(of('websocket'), 0.5))
    console.log(`uniform: ${check.measured}`)
    expect(check.ok).toBe(true)
  })
})
