import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Rig } from '../bench/rig.ts'
import {
  checkAgainstItself,
  checkKnownDelay,
  checkKnownStall,
  checkLongPollRequests,
  checkUniform,
  group,
  type StallOptions,
} from '../bench/self-checks.ts'
import { quantile } from '../bench/statistics.ts'
import { comparePairs } from '../bench/phases/latency.ts'

/**
 * The suite measures what is known beforehand. What depends on the moment at which a noisy machine lets a timer fire may be
 * tried again.
 */
const noisy = { retry: 3 }

let rig: Rig
beforeAll(() => {
  rig = new Rig({ keepsServer: true })
})
afterAll(() => rig.end())

const patience = { settleMs: 200, graceMs: 2000 }

describe('the suite sees what is known', () => {
  it('5 ms of a link', noisy, async () => {
    const { figures, measured } = await checkKnownDelay(rig)
    console.log(`5 ms link: ${measured}`)
    expect(figures['differenceMs']).toBeGreaterThanOrEqual(5)
    expect(figures['differenceMs']).toBeLessThanOrEqual(6.5)
  })

  // Each with processes of its own, and hardly any load: so all at once.
  describe.concurrent('100 ms of standing still in five seconds', () => {
    const stalled = async (options: StallOptions) => {
      const own = new Rig()
      try {
        return await checkKnownStall(own, options)
      } finally {
        await own.end()
      }
    }

    it.each<[string, boolean, StallOptions]>([
      ['of the server', true, { who: 'server' }],
      ['of the publisher', true, { who: 'publisher' }],
      ['but not of a publisher that stamps what it should not', false, { who: 'publisher', stampsActual: true }],
    ])('%s', noisy, async (name, isSeen, options) => {
      const { ok, measured } = await stalled(options)
      console.log(`${name}: ${measured}`)
      expect(ok).toBe(isSeen)
    })
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
