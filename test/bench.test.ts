import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cellOf, type CellFrame } from '../bench/cell.ts'
import { latencyModel } from '../bench/latency-model.ts'
import { canMakeNamespace } from '../bench/namespace.ts'
import { Rig, type Window } from '../bench/rig.ts'
import {
  checkAgainstItself,
  checkHeads,
  checkKnownDelay,
  checkKnownStall,
  checkLongPollRequests,
  checkRequests,
  checkUniform,
  group,
  windowWithFault,
  type Checked,
} from '../bench/self-checks.ts'
import { quantile } from '../bench/statistics.ts'
import { comparePairs } from '../bench/phases/latency.ts'

/**
 * The suite measures what is known beforehand, and is made to fail by planted faults. What depends on the moment at which a
 * noisy machine lets a timer fire may be tried again; what counts bytes, requests and messages may not.
 */
const noisy = { retry: 3 }

let rig: Rig
beforeAll(() => {
  rig = new Rig()
})
afterAll(() => rig.end())

const patience = { settleMs: 200, graceMs: 2000 }

const cell = (window: Window, subject: string, rest: Partial<CellFrame> = {}) =>
  cellOf(
    {
      id: subject,
      scenario: 'latency',
      subject,
      client: 'lean',
      clients: 4,
      payloadBytes: 100,
      intervalMs: 200,
      holdMs: 25_000,
      ...rest,
    },
    subject,
    [window],
    { isAlone: false },
  )

describe('the suite sees what is known', () => {
  it('5 ms of a link', noisy, async () => {
    const { figures, measured } = await checkKnownDelay(rig)
    console.log(`5 ms link: ${measured}`)
    expect(figures['differenceMs']).toBeGreaterThanOrEqual(5)
    expect(figures['differenceMs']).toBeLessThanOrEqual(6.5)
  })

  it('100 ms in which the server stands still', { ...noisy, timeout: 60_000 }, async () => {
    const { ok, measured } = await checkKnownStall(rig)
    console.log(`stalled server: ${measured}`)
    expect(ok).toBe(true)
  })

  it(
    '100 ms in which the publisher stands still, unless it stamps what it should not',
    { ...noisy, timeout: 60_000 },
    async () => {
      const honest = await checkKnownStall(rig, { who: 'publisher' })
      const planted = await checkKnownStall(rig, { who: 'publisher', stampsActual: true })
      console.log(`stalled publisher: ${honest.measured}; stamping the actual time: ${planted.measured}`)
      expect(honest.ok).toBe(true)
      expect(planted.ok).toBe(false)
    },
  )

  it('bytes, within half a percent of what the kernel counts; or says that it cannot', () => {
    // In a namespace of its own, and so in a process of its own.
    const script = `
      import { Rig } from './bench/rig.ts'
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
    const { figures, measured } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Checked
    console.log(`byte identity: ${measured}`)
    if (canMakeNamespace()) expect(Math.abs(figures['difference'] ?? 1)).toBeLessThanOrEqual(0.005)
    else expect(measured).toContain('no network namespace')
  })

  it('the same transport twice, as no difference', noisy, async () => {
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

  it('short polls that are even over their interval', noisy, async () => {
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

  it('requests of long polls behind a link, within 5 % of the model', noisy, async () => {
    const check = await checkLongPollRequests(rig)
    console.log(`long-poll requests per message: ${check.measured}, model ${check.expected}`)
    expect(check.ok).toBe(true)
  })
})

describe('the suite catches what is planted', () => {
  it('finds nothing where nothing was', noisy, async () => {
    const window = await windowWithFault(rig, null)
    for (const transport of ['short-poll', 'long-poll', 'websocket']) {
      const { counts } = cell(window, transport)
      expect(counts).toMatchObject({ delivered: counts.expected, twice: 0, outOfOrder: 0 })
      expect(counts.expected).toBeGreaterThan(500)
    }
  })

  it('one message in a hundred that is dropped', async () => {
    const window = await windowWithFault(rig, 'drop-1-percent')
    for (const transport of ['short-poll', 'long-poll']) {
      expect(cell(window, transport).validity.reasons.join()).toMatch(/void: \d+ of \d+ deliveries did not come/)
    }
    expect(cell(window, 'websocket').validity.reasons.join()).not.toContain('void')
  })

  it('one message that comes twice', async () => {
    const window = await windowWithFault(rig, 'double-one')
    const twice = ['short-poll', 'long-poll'].map((transport) => cell(window, transport))
    expect(twice.map(({ counts }) => counts.twice).reduce((a, b) => a + b)).toBe(1)
    expect(twice.some(({ validity }) => validity.reasons.join().includes('void: 1 deliveries came twice'))).toBe(true)
  })

  it('a long poll that is answered empty at once', async () => {
    const window = await windowWithFault(rig, 'empty-hold', 600)
    const measured = cell(window, 'long-poll')
    const check = checkRequests({ ...measured, ...latencyModel(measured, { serviceMs: 0, oneWayDownMs: 0, gapMs: 1 }) })
    expect(check.ok).toBe(false)
    expect(measured.requestsPerMessage?.value).toBeGreaterThan(2)
  })

  it('a head that somebody padded', async () => {
    const [clean, padded] = [await windowWithFault(rig, null, 400), await windowWithFault(rig, 'padded-head', 400)]
    for (const transport of ['short-poll', 'long-poll']) {
      expect(checkHeads(cell(clean, transport), cell(clean, transport)).ok).toBe(true)
      expect(checkHeads(cell(padded, transport), cell(clean, transport)).ok).toBe(false)
    }
  })
})
