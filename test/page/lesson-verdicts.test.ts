import { describe, expect, it } from 'vitest'
import { poissonArrivalsMs } from '../../src/models/arrivals.ts'
import * as knownArrivals from '../../src/models/known-arrivals.ts'
import * as longPoll from '../../src/models/long-poll.ts'
import { seededRandom } from '../../src/random.ts'
import { linearAxis, logAxis, shareOf, valueAt } from '../../src/page/lessons/axes.ts'
import { meanOfBlocks } from '../../src/page/lessons/estimates.ts'
import { offBy } from '../../src/page/lessons/guess.ts'
import { addressOfSettings, defaultSettings, settingsFrom } from '../../src/page/lessons/parameters.ts'
import type { ClaimVerdict, Lesson } from '../../src/page/lessons/lesson.ts'
import { LESSONS } from '../../src/page/lessons/list.ts'
import { messageBytes } from '../../src/page/lessons/message-bytes.ts'
import type { Point } from '../../src/page/lessons/point.ts'
import { pollConnections } from '../../src/page/lessons/poll-connections.ts'
import { pollLatency } from '../../src/page/lessons/poll-latency.ts'
import { pushLatency } from '../../src/page/lessons/push-latency.ts'
import { requestRates } from '../../src/page/lessons/request-rates.ts'
import { judge, MOST_NOISE_MS, verdictOfPoint, type Judgement, type Noise } from '../../src/page/lessons/verdict.ts'
import { wastedPolls } from '../../src/page/lessons/wasted-polls.ts'
import { LONG } from '../support/long.ts'
import { SimulatedRun, type SimulatedFaults } from '../support/simulated-run.ts'

const QUIET: Noise = {
  stallMs: 0.2,
  longestStallMs: 12,
  pushMs: 2,
  twinMs: 0.3,
  publisherLateMs: 1,
  clockMs: 0.5,
  limited: 0,
  wasHidden: false,
}
const BUSY: Noise = { ...QUIET, stallMs: 90, longestStallMs: 800, pushMs: 120, twinMs: 60 }

const LINKS: Record<string, { rttMs: number; bitsPerSecond: number | null }> = {
  '4g': { rttMs: 60, bitsPerSecond: 10e6 },
  '3g': { rttMs: 300, bitsPerSecond: 1e6 },
}

interface Outcome extends Judgement {
  points: readonly Point[]
  claim: ClaimVerdict
}

/** A lesson in a simulated world with these faults. */
async function outcomeOf(lesson: Lesson, seed: number, faults: SimulatedFaults = {}, noise = QUIET): Promise<Outcome> {
  const settings = defaultSettings(lesson.parameters, seed)
  const profile = typeof settings['link'] === 'string' ? settings['link'] : null
  const link = profile === null ? undefined : LINKS[profile]
  const run = new SimulatedRun({
    settings,
    ...(link ? { conditions: { profile, ...link } } : {}),
    profiles: [...Object.keys(LINKS), 'idle-killer'],
    faults,
  })
  let points: readonly Point[] = []
  for await (const known of lesson.run(run, settings)) points = known
  const { conditions } = run
  const judgement = judge({
    points,
    isLatency: lesson.chart(settings, conditions).y.unit === 'ms',
    noise,
    delivery: run.delivery(),
    survivesNoise: lesson.survivesNoise ?? false,
    mostNoiseMs: lesson.mostNoiseMs?.(settings) ?? MOST_NOISE_MS,
    isCompressed: false,
  })
  return { ...judgement, points, claim: lesson.judgeClaim({ points, settings, conditions }) }
}

const point = (change: Partial<Point>): Point => ({
  ...{ series: 'mean', x: 1, value: 100, low: 98, high: 102, replicates: 10, model: 100, tolerance: 5 },
  ...change,
})

describe('the verdict of a point', () => {
  it.each([
    ['agrees', {}],
    ['agrees', { low: 95, high: 105 }],
    ['too noisy to say', { low: 94, high: 101 }],
    ['too noisy to say', { low: 60, high: 140 }],
    ['too noisy to say', { low: 104, high: 108 }],
    ['does not agree', { low: 106, high: 108 }],
    ['does not agree', { low: 80, high: 94 }],
    [null, { model: null }],
  ])('is %s for %o against 100 ± 5', (verdict, change) => {
    expect(verdictOfPoint(point(change))).toBe(verdict)
  })
})

describe('the verdict of a run', () => {
  const data = {
    points: [point({})],
    isLatency: true,
    noise: QUIET,
    delivery: { sent: 10, lost: 0, twice: 0, disordered: 0 },
    survivesNoise: false,
    mostNoiseMs: MOST_NOISE_MS,
    isCompressed: false,
  }

  it('agrees when each point agrees and each message arrived once', () => {
    expect(judge(data)).toEqual({ verdict: 'agrees', reasons: [] })
  })

  it('does not agree when one point is apart, or a message is lost, doubled or out of order', () => {
    expect(judge({ ...data, points: [point({}), point({ low: 110, high: 120 })] }).reasons).toEqual(['apart'])
    const deliveryOf = (change: object) => judge({ ...data, delivery: { ...data.delivery, ...change } })
    expect(deliveryOf({ lost: 1 })).toEqual({ verdict: 'does not agree', reasons: ['lost'] })
    expect(deliveryOf({ twice: 1 })).toEqual({ verdict: 'does not agree', reasons: ['twice'] })
    expect(deliveryOf({ disordered: 1 })).toEqual({ verdict: 'does not agree', reasons: ['order'] })
  })

  it('is too noisy when an interval is wide, when there is no point, or when the noise exceeds half of the tolerance', () => {
    expect(judge({ ...data, points: [point({ low: 80 })] }).reasons).toEqual(['wide'])
    expect(judge({ ...data, points: [] }).reasons).toEqual(['none'])
    expect(judge({ ...data, noise: { ...QUIET, pushMs: 2.4 } }).verdict).toBe('agrees')
    expect(judge({ ...data, noise: { ...QUIET, pushMs: 2.6 } }).reasons).toEqual(['push'])
    expect(judge({ ...data, noise: { ...QUIET, stallMs: 3 } }).reasons).toEqual(['stalls'])
    expect(judge({ ...data, noise: { ...QUIET, twinMs: 3 } }).reasons).toEqual(['twin'])
    expect(judge({ ...data, noise: { ...QUIET, wasHidden: true } }).reasons).toEqual(['hidden'])
    expect(judge({ ...data, noise: { ...QUIET, limited: 1 } }).reasons).toEqual(['limited'])
  })

  it('is too noisy above the limit of the lesson, where times affect its counts', () => {
    const apart = {
      ...data,
      isLatency: false,
      points: [point({ low: 110, high: 120 })],
      noise: { ...QUIET, pushMs: 20 },
    }
    expect(judge(apart).verdict).toBe('does not agree')
    expect(judge({ ...apart, mostNoiseMs: 15 })).toEqual({ verdict: 'too noisy to say', reasons: ['push'] })
  })

  it('is too noisy when the frames whose bytes are measured are compressed', () => {
    const apart = [point({ low: 110, high: 120 })]
    expect(judge({ ...data, points: apart, isCompressed: true })).toEqual({
      verdict: 'too noisy to say',
      reasons: ['compressed'],
    })
  })

  it('says nothing false on a busy machine: a point that is apart is too noisy, counts that agree may agree', () => {
    const apart = { ...data, noise: BUSY, points: [point({ low: 110, high: 120 })] }
    expect(judge(apart).verdict).toBe('too noisy to say')
    expect(judge({ ...apart, survivesNoise: true }).verdict).toBe('too noisy to say')
    expect(judge({ ...data, noise: BUSY }).verdict).toBe('too noisy to say')
    expect(judge({ ...data, noise: BUSY, survivesNoise: true }).verdict).toBe('agrees')
  })
})

const SEEDS = Array.from({ length: 20 }, (_, index) => index + 1)

const CLAIMS: [Lesson, ClaimVerdict][] = [
  [pollLatency, 'holds'],
  [wastedPolls, 'holds in part'],
  [pollConnections, 'holds in part'],
  [pushLatency, 'holds in part'],
  [requestRates, 'holds in part'],
  [messageBytes, 'holds'],
]

describe('each lesson in a simulated world', () => {
  it.each(CLAIMS.map(([lesson, claim]) => [lesson.id, lesson, claim] as const))(
    '%s agrees with its model for most of 20 seeds and disagrees for none, and decides its claim',
    async (_, lesson, claim) => {
      const outcomes = await Promise.all(SEEDS.map((seed) => outcomeOf(lesson, seed)))
      expect(
        outcomes.flatMap(({ points }) => points.filter((one) => verdictOfPoint(one) === 'does not agree')),
      ).toEqual([])
      const agreeing = outcomes.filter(({ verdict }) => verdict === 'agrees')
      // The interval of a run may be wide by bad luck; a run says so.
      expect(agreeing.length).toBeGreaterThanOrEqual(18)
      expect(new Set(agreeing.map((outcome) => outcome.claim))).toEqual(new Set([claim]))
    },
  )

  const FAULTS: [Lesson, string, SimulatedFaults][] = [
    [pollLatency, 'each answer is 80 ms late', { delayMs: 80 }],
    [pollLatency, 'one message in a hundred is lost', { lostShare: 0.01 }],
    [wastedPolls, 'one message in a hundred is lost', { lostShare: 0.01 }],
    [pollConnections, 'each poll opens a connection', { opensAlways: true }],
    [pushLatency, 'long polls are answered 50 ms late', { delayMs: 50, delayed: ['long-poll'] }],
    [pushLatency, 'frames are 50 ms late', { delayMs: 50, delayed: ['websocket'] }],
    [requestRates, 'a held request is answered empty after 200 ms', { emptyEveryMs: 200 }],
    [messageBytes, 'each answer and frame has 200 bytes more', { paddingBytes: 200 }],
  ]
  it.each(FAULTS.map(([lesson, fault, faults]) => [lesson.id, fault, lesson, faults] as const))(
    '%s does not agree for 20 seeds when %s',
    LONG,
    async (_, __, lesson, faults) => {
      for (const seed of SEEDS) {
        const { verdict } = await outcomeOf(lesson, seed, faults)
        expect([seed, verdict]).toEqual([seed, 'does not agree'])
      }
    },
  )

  it.each(CLAIMS.map(([lesson]) => [lesson.id, lesson] as const))(
    '%s never disagrees on a busy machine',
    LONG,
    async (_, lesson) => {
      for (const seed of SEEDS) {
        const { verdict } = await outcomeOf(lesson, seed, { jitterMs: 120 }, BUSY)
        expect([seed, verdict]).not.toEqual([seed, 'does not agree'])
      }
    },
  )
})

describe('models for known arrivals', () => {
  it.each([0.5, 3, 20])('agree with the formulas of long-poll over many arrivals at %d per second', (ratePerS) => {
    const holding = { ratePerS, gapMs: 110, holdMs: 5000 }
    const durationMs = 6e7 / ratePerS
    const arrivalsMs = poissonArrivalsMs(seededRandom(3), ratePerS, durationMs)
    const { answersMs, waitsMs, empty } = knownArrivals.heldAnswers(arrivalsMs, holding, durationMs)
    expect((1000 * answersMs.length) / durationMs / longPoll.responsesPerS(holding)).toBeCloseTo(1, 1.5)
    expect(empty / answersMs.length).toBeCloseTo(longPoll.emptyShare(holding), 2)
    const meanWaitMs = waitsMs.reduce((sum, wait) => sum + wait, 0) / waitsMs.length
    expect(meanWaitMs / longPoll.meanMs({ ...holding, oneWayDownMs: 0, serviceMs: 0 })).toBeCloseTo(1, 1)
  })

  it('give each message the wait until its request', () => {
    const { answersMs, waitsMs } = knownArrivals.heldAnswers([100, 130, 500], { gapMs: 50, holdMs: 1000 }, 2000)
    expect(answersMs).toEqual([100, 150, 500, 1550])
    expect(waitsMs).toEqual([0, 20, 0])
  })

  it('give the share of empty polls over all phases', () => {
    // Polls every 10 ms from 0 to 100; one message at 50: one poll of ten has it.
    expect(knownArrivals.emptyShare([50], 10, { fromMs: 0, toMs: 100 })).toBeCloseTo(0.9)
    expect(knownArrivals.emptyShare([50, 54], 10, { fromMs: 0, toMs: 100 })).toBeCloseTo(0.86)
    expect(knownArrivals.emptyShare([], 10, { fromMs: 0, toMs: 100 })).toBe(1)
  })
})

describe('the interval of blocks', () => {
  it('contains no luck that the model has, too', () => {
    const blocks = [3, 90, 41, 7].map((luck) => ({ value: luck + 2, model: luck }))
    const estimate = meanOfBlocks(blocks)
    expect(estimate?.value).toBeCloseTo(37.25)
    expect(estimate?.model).toBeCloseTo(35.25)
    expect((estimate?.high ?? 0) - (estimate?.low ?? 0)).toBeCloseTo(0)
  })

  it('is missing with fewer than three blocks', () => {
    expect(meanOfBlocks([{ value: 1, model: 1 }])).toBeNull()
  })
})

describe('the settings in an address', () => {
  it.each(LESSONS.map(({ id, parameters }) => [id, parameters] as const))(
    'of %s come back as they were written',
    (_, parameters) => {
      const settings = { ...defaultSettings(parameters, 77) }
      expect(settingsFrom(parameters, addressOfSettings(settings), 1)).toEqual(settings)
    },
  )

  it('have their defaults where the address has no value or one that is not allowed', () => {
    const { parameters } = pollLatency
    expect(settingsFrom(parameters, { link: 'no-such', seconds: '9999', seed: 'x' }, 5)).toEqual(
      defaultSettings(parameters, 5),
    )
    expect(settingsFrom(parameters, { link: '3g', seconds: '8.5', seed: '12' }, 5)).toEqual({
      link: '3g',
      seconds: 8.5,
      seed: 12,
    })
  })
})

describe('the distance of a prediction', () => {
  const findings = {
    points: [point({ x: 0.5, value: 300 }), point({ x: 1, value: 550 }), point({ x: 2, value: 1050 })],
    settings: defaultSettings(pollLatency.parameters, 1),
    conditions: { profile: '4g', rttMs: 60, bitsPerSecond: null, directMs: 0 },
  }
  const prediction = pollLatency.prediction(findings.settings)

  it('is the mean difference on a linear axis, and the mean factor on a logarithmic one', () => {
    const guess = { kind: 'sketch', values: [310, 530, 1080] } as const
    expect(offBy(pollLatency, prediction, guess, findings, linearAxis(2000, 'ms'))).toEqual({
      is: 'distance',
      distance: 20,
    })
    const twice = { kind: 'sketch', values: [600, 1100, 2100] } as const
    expect(offBy(pollLatency, prediction, twice, findings, logAxis(10, 5000, 'ms'))).toMatchObject({ is: 'factor' })
  })

  it('of a choice is right or wrong by the data', () => {
    const points = [0.2, 0.6, 1].map((x) => point({ series: 'short-poll', x, value: x === 1 ? 1 : 0.1 }))
    const connections = { ...findings, points, settings: defaultSettings(pollConnections.parameters, 1) }
    const choice = pollConnections.prediction(connections.settings)
    const off = (option: string) =>
      offBy(pollConnections, choice, { kind: 'choice', option }, connections, linearAxis(1, 'count'))
    expect(off('depends')).toEqual({ is: 'right' })
    expect(off('each')).toEqual({ is: 'wrong', answer: 'depends' })
  })
})

describe('the axes', () => {
  it('have round ticks from end to end, and places that can be read back', () => {
    expect(linearAxis(2040, 'ms').ticks).toEqual([0, 500, 1000, 1500, 2000, 2500])
    expect(logAxis(100, 5000, 'bytes').ticks).toEqual([100, 200, 500, 1000, 2000, 5000])
    for (const axis of [linearAxis(390, 'ms'), logAxis(0.1, 12, 'per-second')])
      for (const share of [0, 0.3, 1]) expect(shareOf(valueAt(share, axis), axis)).toBeCloseTo(share)
  })
})

describe('the texts of the lessons', () => {
  it('have both languages with the same parts, a label for each parameter and an explanation that names what would change the result', () => {
    for (const { texts, parameters, prediction, id } of LESSONS) {
      const { en, 'zh-CN': zh } = texts
      expect(Object.keys(zh).sort(), id).toEqual(Object.keys(en).sort())
      for (const words of [en, zh]) {
        expect(
          parameters.map(({ name }) => words.parameters[name]).every((label) => label),
          id,
        ).toBe(true)
        expect(words.changes.length, id).toBeGreaterThan(20)
        const asked = prediction(defaultSettings(parameters, 1))
        if (asked.kind === 'choice') expect(Object.keys(words.options ?? {}), id).toEqual(asked.options)
      }
      expect(zh.question).toMatch(/\p{Script=Han}/u)
    }
  })
})
