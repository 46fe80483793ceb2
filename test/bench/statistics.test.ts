import { describe, expect, it } from 'vitest'
import {
  cliffsDelta,
  clusterBootstrap,
  comparePaired,
  crossingPerS,
  mean,
  meanInterval,
  median,
  overlap,
  pairedRatio,
  pairedDifferences,
  quantile,
  ratioOfMeans,
  replicatesForUpperBound,
  slope,
  verdict,
  type Interval,
  type Pair,
} from '../../bench/analysis/statistics.ts'
import { LONG } from '../support/long.ts'
import { RETRIED } from '../support/retry.ts'
import { seededRandom, type Random } from '../../src/random.ts'

const SEED = 299
const random = seededRandom(SEED)

/** Standard normal (Box and Muller). */
const normal = (from: Random = random) => Math.sqrt(-2 * Math.log(1 - from())) * Math.cos(2 * Math.PI * from())

const many = <T>(length: number, make: (index: number) => T) => Array.from({ length }, (_, index) => make(index))

/** How many of `runs` intervals hold the truth. */
function coverage(runs: number, truth: number, interval: (run: number) => Interval): number {
  const held = many(runs, interval).filter(({ low, high }) => low <= truth && truth <= high)
  return held.length / runs
}

describe('quantile', () => {
  it.each([
    // numpy.quantile([15, 20, 35, 40, 50], share)
    [0, 15],
    [0.05, 16],
    [0.3, 23],
    [0.4, 29],
    [0.5, 35],
    [0.99, 49.6],
    [1, 50],
  ])('at %d is %d, in any order of the values', (share, expected) => {
    expect(quantile([40, 15, 50, 20, 35], share)).toBeCloseTo(expected, 12)
  })

  it('is the middle of an even number of values, and the value of a single one', () => {
    expect(median([1, 10, 2, 3])).toBe(2.5)
    expect(quantile([7], 0.99)).toBe(7)
  })

  it('does not change the values', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })

  it('throws for missing or invalid values', () => {
    expect(() => median([])).toThrow(new RangeError('needs at least 1 value, got 0'))
    expect(() => mean([])).toThrow(new RangeError('needs at least 1 value, got 0'))
    expect(() => quantile([1], 1.01)).toThrow(new RangeError('needs a share from 0 to 1, got 1.01'))
    expect(() => quantile([1], NaN)).toThrow(RangeError)
    expect(() => median([1, NaN, 2])).toThrow(new RangeError('needs numbers, got NaN'))
  })
})

describe(`cluster bootstrap, seed ${SEED}`, () => {
  /** Deliveries that share the luck of their publish; the true median is 10. */
  const publishes = (count: number, deliveries: number) =>
    many(count, () => {
      const shared = 10 + 2 * normal()
      return many(deliveries, () => shared + normal())
    })

  it('is the same for the same seed and differs for another seed', () => {
    const clusters = publishes(50, 15)
    expect(clusterBootstrap(clusters, { seed: 1 })).toEqual(clusterBootstrap(clusters, { seed: 1 }))
    expect(clusterBootstrap(clusters, { seed: 1 }).low).not.toBe(clusterBootstrap(clusters, { seed: 2 }).low)
  })

  it('agrees with plain resampling', () => {
    const clusters = [[3, 1, 2], [10], [5, 5, 8, 9], [4, 7]]
    const draws = seededRandom(7)
    const medians = many(400, () => median(many(4, () => clusters[Math.floor(draws() * 4)] ?? []).flat()))
    expect(clusterBootstrap(clusters, { seed: 7, resamples: 400 })).toEqual({
      value: 5,
      low: quantile(medians, 0.025),
      high: quantile(medians, 0.975),
      replicates: 4,
    })
  })

  it('contains the true value in about 95 of 100 cases', LONG, () => {
    const held = coverage(1000, 10, (seed) => clusterBootstrap(publishes(60, 5), { seed, resamples: 300 }))
    // 0.935 on 4,000 runs from other seeds; the standard error of 1,000 is 0.008.
    expect(held).toBeGreaterThan(0.92)
    expect(held).toBeLessThan(0.97)
  })

  it('misses the true value more often when each delivery is a replicate', LONG, () => {
    const each = (seed: number) =>
      clusterBootstrap(
        publishes(60, 15).flatMap((cluster) => cluster.map((value) => [value])),
        { seed, resamples: 200 },
      )
    expect(coverage(100, 10, each)).toBeLessThan(0.6)
  })

  it('processes 500 publishes of 15 deliveries in under 300 ms', RETRIED, () => {
    const clusters = publishes(500, 15)
    clusterBootstrap(clusters, { seed: 1, resamples: 100 })
    const started = performance.now()
    const { value, low, high, replicates } = clusterBootstrap(clusters, { seed: 1 })
    expect(performance.now() - started).toBeLessThan(300)
    expect(low).toBeLessThan(value)
    expect(high).toBeGreaterThan(value)
    expect(replicates).toBe(500)
  })

  it('throws for missing or invalid values', () => {
    expect(() => clusterBootstrap([], { seed: 1 })).toThrow(new RangeError('needs at least 2 clusters, got 0'))
    expect(() => clusterBootstrap([[1]], { seed: 1 })).toThrow(new RangeError('needs at least 2 clusters, got 1'))
    const hollow = () => clusterBootstrap([[1], []], { seed: 1 })
    expect(hollow).toThrow(new RangeError('needs at least 1 value in each cluster, got 0'))
    const none = () => clusterBootstrap([[1], [2]], { seed: 1, resamples: 0 })
    expect(none).toThrow(new RangeError('needs at least 1 resample, got 0'))
    expect(() => clusterBootstrap([[1], [NaN]], { seed: 1 })).toThrow(RangeError)
  })
})

describe('a pair of transports', () => {
  it('is compared publish by publish, without publishes that one lacks', () => {
    const [a, b] = [
      [[5, 7], [1], [], [4, 4]],
      [[1, 2], [2], [3], [1]],
    ]
    expect(pairedDifferences(a, b)).toEqual([[4, 5], [-1], [3]])
    expect(() => pairedDifferences(a, [])).toThrow(
      new RangeError('needs the same publishes on both sides, got 4 and 0'),
    )
  })

  it('shows a difference far below the shared noise', () => {
    const noise = many(200, () => Math.abs(50 * normal()))
    const side = (add: number) => noise.map((shared) => many(5, () => shared + add + 0.2 * normal()))
    const [a, b] = [side(1), side(1.3)]
    const faster = comparePaired(a, b, { seed: SEED })
    expect(faster.verdict).toBe('a is lower')
    expect(faster.medianDifference.value).toBeCloseTo(-0.3, 1)
    expect(faster.cliffsDelta).toBeLessThan(0)
    expect(faster.cliffsDelta).toBeGreaterThan(-0.05)
    expect(comparePaired(b, a, { seed: SEED }).verdict).toBe('b is lower')
    expect(comparePaired(a, a, { seed: SEED })).toMatchObject({ verdict: 'no difference shown', cliffsDelta: 0 })
  })

  it('has no winner in about 95 of 100 cases without a difference', () => {
    const side = () => many(40, () => many(3, () => normal()))
    const verdicts = many(400, (seed) => comparePaired(side(), side(), { seed, resamples: 300 }).verdict)
    const none = verdicts.filter((said) => said === 'no difference shown').length / 400
    expect(none).toBeGreaterThan(0.92)
    expect(none).toBeLessThan(0.99)
  })

  it('throws without common publishes', () => {
    expect(() => comparePaired([[1], []], [[], [1]], { seed: 1 })).toThrow(
      new RangeError('needs at least 2 clusters, got 0'),
    )
  })

  it.each([
    [-2, -0.1, 'a is lower'],
    [0.1, 2, 'b is lower'],
    [-1, 1, 'no difference shown'],
    [0, 1, 'no difference shown'],
    [-1, 0, 'no difference shown'],
  ])('%d to %d: %s', (low, high, expected) => {
    expect(verdict({ low, high })).toBe(expected)
  })

  it('overlaps another interval or does not', () => {
    expect(overlap({ low: 1, high: 3 }, { low: 2, high: 5 })).toBe(true)
    expect(overlap({ low: 1, high: 2 }, { low: 2, high: 5 })).toBe(true)
    expect(overlap({ low: 1, high: 9 }, { low: 2, high: 5 })).toBe(true)
    expect(overlap({ low: 6, high: 9 }, { low: 2, high: 5 })).toBe(false)
    expect(overlap({ low: 2, high: 5 }, { low: 6, high: 9 })).toBe(false)
  })
})

describe('Cliff’s δ', () => {
  it('is −1 when all of a is lower, 1 when all is higher, 0 for equal values', () => {
    expect(cliffsDelta([1, 2], [3, 4, 5])).toBe(-1)
    expect(cliffsDelta([3, 4, 5], [1, 2])).toBe(1)
    expect(cliffsDelta([2, 2], [2, 2, 2])).toBe(0)
  })

  it('agrees with a count of all pairs, ties included', () => {
    const draw = (length: number) => many(length, () => Math.floor(20 * random()))
    for (const [a, b] of many(20, (size) => [draw(size + 1), draw(30 - size)] as const)) {
      const pairs = a.flatMap((one) => b.map((other) => Math.sign(one - other)))
      expect(cliffsDelta(a, b)).toBeCloseTo(mean(pairs), 12)
    }
  })

  it('processes 100,000 values a side, and throws for missing values', () => {
    const values = many(100_000, () => random())
    expect(cliffsDelta(values, values)).toBeCloseTo(0, 12)
    expect(() => cliffsDelta([], [1])).toThrow(new RangeError('needs at least 1 value on each side, got 0'))
    expect(() => cliffsDelta([1], [])).toThrow(RangeError)
  })
})

describe(`means of blocks, seed ${SEED}`, () => {
  it.each([
    // The factor is that of printed t tables.
    [2, 12.7062],
    [3, 4.3027],
    [5, 2.7764],
    [6, 2.5706],
    [7, 2.4469],
    [10, 2.2622],
    [31, 2.0423],
    [1001, 1.9623],
  ])('of %i blocks: t = %d', (blocks, expected) => {
    const values = many(blocks, (index) => index)
    const { value, low, high, replicates } = meanInterval(values)
    const error = Math.sqrt((blocks * (blocks + 1)) / 12 / blocks)
    expect((high - value) / error / expected).toBeCloseTo(1, 3)
    expect(value - low).toBeCloseTo(high - value, 9)
    expect([value, replicates]).toEqual([(blocks - 1) / 2, blocks])
  })

  it('contains the true value in about 95 of 100 cases', () => {
    const held = coverage(2000, 10, () => meanInterval(many(5, () => 10 + normal())))
    expect(held).toBeGreaterThan(0.935)
    expect(held).toBeLessThan(0.965)
  })

  it.each([
    { truth: 1, a: 5, b: 5 },
    { truth: 2, a: 5, b: 12 },
  ])('ratio of means, $a blocks against $b: holds $truth in about 95 of 100 cases', ({ truth, a, b }) => {
    const blocks = (count: number, centre: number) => many(count, () => centre * (1 + 0.1 * normal()))
    const held = coverage(2000, truth, () => ratioOfMeans(blocks(a, 10 * truth), blocks(b, 10)))
    expect(held).toBeGreaterThan(0.93)
    expect(held).toBeLessThan(0.98)
  })

  it('is exact without spread, and wide when one block varies', () => {
    expect(ratioOfMeans([4, 4], [2, 2, 2])).toEqual({ value: 2, low: 2, high: 2, replicates: 2 })
    const { value, low, high } = ratioOfMeans([3.9, 4.1], [2, 2])
    expect(value).toBeCloseTo(2, 12)
    expect(Math.log(high / value)).toBeCloseTo((12.7062 * 0.1) / 4, 6)
    expect(low * high).toBeCloseTo(value * value, 9)
  })

  it('throws for missing or invalid values', () => {
    expect(() => meanInterval([1])).toThrow(new RangeError('needs at least 2 blocks, got 1'))
    expect(() => ratioOfMeans([1], [1, 2])).toThrow(new RangeError('needs at least 2 replicates on each side, got 1'))
    expect(() => ratioOfMeans([0, 0], [1, 2])).toThrow(new RangeError('needs means above 0, got 0 and 1.5'))
  })
})

describe('where two curves cross', () => {
  const curve = (rates: number[], a: (rate: number) => number, b: (rate: number) => number) =>
    rates.map((ratePerS) => ({ ratePerS, a: a(ratePerS), b: b(ratePerS) }))

  it('is exact for powers of the rate, in any order of the points', () => {
    const points = curve(
      [100, 1, 10],
      (rate) => 500 / rate,
      () => 20,
    )
    expect(crossingPerS(points)).toBeCloseTo(25, 9)
  })

  it('is close for poll/(λT) + message between rates twice apart', () => {
    const points = curve(
      [1, 2, 4, 8],
      (rate) => 520 / rate + 180,
      () => 300,
    )
    // 1.7 % off: such a curve bends a little on log-log paper.
    expect((crossingPerS(points) ?? NaN) / (520 / 120)).toBeCloseTo(1, 1)
  })

  it('is a point where both are equal, if their order changes there', () => {
    const level = () => 10
    expect(crossingPerS(curve([1, 2, 4], (rate) => 20 / rate, level))).toBeCloseTo(2, 12)
    const touching = [11, 10, 11].map((a, index) => ({ ratePerS: index + 1, a, b: 10 }))
    expect(crossingPerS(touching)).toBeNull()
    expect(crossingPerS(curve([1, 2, 4], level, level))).toBeNull()
  })

  it('is the lowest of several crossings', () => {
    const points = [1, 4, 1, 4].map((a, index) => ({ ratePerS: 4 ** index, a, b: 2 }))
    expect(crossingPerS(points)).toBeCloseTo(2, 9)
  })

  it('is null without a crossing, and throws for missing points', () => {
    expect(
      crossingPerS(
        curve(
          [1, 10],
          (rate) => 500 / rate,
          () => 20,
        ),
      ),
    ).toBeNull()
    expect(crossingPerS([{ ratePerS: 1, a: 1, b: 2 }])).toBeNull()
    expect(() => crossingPerS([])).toThrow(new RangeError('needs at least 1 rate, got 0'))
    const costless = () => crossingPerS([{ ratePerS: 1, a: 0, b: 2 }])
    expect(costless).toThrow(new RangeError('needs rates and costs above 0, got 0'))
  })
})

describe('replicates for an upper bound', () => {
  it.each([
    [0.99, 299],
    [0.95, 59],
    [0.9, 29],
    [0.5, 5],
    [0.999, 2995],
  ])('of the %d quantile: %i', (share, expected) => {
    expect(replicatesForUpperBound(share)).toBe(expected)
    expect(1 - share ** expected).toBeGreaterThanOrEqual(0.95)
    expect(1 - share ** (expected - 1)).toBeLessThan(0.95)
  })

  it('throws for missing or invalid values', () => {
    expect(() => replicatesForUpperBound(1)).toThrow(new RangeError('needs a share between 0 and 1, got 1'))
  })
})

describe('cost per message, from blocks of pairs', () => {
  const own = seededRandom(SEED, 2)
  /** Messages of each block, as a Poisson process brings them. */
  const arrivals = (blocks: number, mean: number) =>
    many(blocks, () => {
      const left = Math.exp(-mean)
      let count = 0
      for (let product = own(); product > left; product *= own()) count++
      return count
    })

  it('is a point when each message costs the same, for any distribution of messages', () => {
    const blocks = [3, 9, 5, 1, 7, 4].map((messages): Pair => [294 * messages, messages])
    const { value, low, high, replicates } = pairedRatio(blocks)
    expect(value).toBeCloseTo(294, 9)
    expect(low).toBeCloseTo(294, 6)
    expect(high).toBeCloseTo(294, 6)
    expect(replicates).toBe(6)
  })

  it('is a point when polls cost the same in each block', () => {
    const messages = [3, 9, 5, 1, 7, 5]
    const { value, low, high } = pairedRatio(messages.map((count) => [340 * 2.5 + 245 * count, count]))
    expect(value).toBeCloseTo((340 * 2.5 * 6) / 30 + 245, 9)
    expect(high - low).toBeLessThan(1e-6)
  })

  it('is wide when costs are paired with the messages of another block', () => {
    const messages = [3, 9, 5, 1, 7, 4]
    const { low, high } = pairedRatio(messages.map((count, i) => [294 * (messages[(i + 1) % 6] ?? 0), count]))
    expect(high - low).toBeGreaterThan(0.2 * 294)
  })

  it.each([
    { blocks: 5, perMessage: 5 },
    { blocks: 10, perMessage: 20 },
  ])('holds the truth in about 95 of 100 cases, $blocks blocks of $perMessage', ({ blocks, perMessage }) => {
    const runs = many(2000, () => {
      // A Poisson count of 0 in all blocks is no measurement; one count more does not matter here.
      const messages = arrivals(blocks, perMessage).map((count) => count + 1)
      const total = messages.reduce((sum, count) => sum + count, 0)
      const truth = (850 * blocks) / total + 245
      const spent = messages.map((count): Pair => [850 + 245 * count + 60 * normal(own), count])
      const { low, high } = pairedRatio(spent)
      return low <= truth && truth <= high
    })
    const held = runs.filter(Boolean).length / runs.length
    expect(held).toBeGreaterThan(0.93)
    expect(held).toBeLessThan(0.975)
  })

  it('is never below 0 when no cost is', () => {
    const { value, low } = pairedRatio([[1, 5], [900, 5], [2, 6], [1, 4]]) // prettier-ignore
    expect(value).toBeGreaterThan(0)
    expect(low).toBe(0)
  })

  it('throws for missing or invalid values', () => {
    expect(() => pairedRatio([[1, 1], [1, 1], [1, 1]])).toThrow(new RangeError('needs at least 4 blocks, got 3')) // prettier-ignore
    expect(() => pairedRatio(many(4, (): Pair => [1, 0]))).toThrow(/needs something that was brought/)
  })
})

describe('slope', () => {
  const own = seededRandom(SEED, 3)
  const clients = [500, 1000, 1500, 2000, 2500]

  it('is exact on a line with any offset', () => {
    const { value, low, high } = slope(clients.map((x) => [x, 1.2e8 + 13_000 * x]))
    expect(value).toBeCloseTo(13_000, 6)
    expect(high - low).toBeLessThan(1e-3)
  })

  it('contains the true value in about 95 of 100 cases', () => {
    const held = coverage(2000, 13, () => slope(clients.map((x) => [x, 100 + 13 * x + 2000 * normal(own)])))
    expect(held).toBeGreaterThan(0.935)
    expect(held).toBeLessThan(0.965)
  })

  it('of pure noise contains 0', () => {
    const held = coverage(1000, 0, () => slope(clients.map((x) => [x, normal(own)])))
    expect(held).toBeGreaterThan(0.93)
  })

  it('throws for missing or invalid values', () => {
    expect(() => slope([[1, 1], [2, 2]])).toThrow(new RangeError('needs at least 3 points, got 2')) // prettier-ignore
    expect(() => slope([[1, 1], [1, 2], [1, 3]])).toThrow(new RangeError('needs points at more than one x')) // prettier-ignore
  })
})
