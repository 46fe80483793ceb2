import { describe, expect, it } from 'vitest'
import { PROFILES } from '../../src/link/profile.ts'
import { backoffMs } from '../../src/client/backoff.ts'
import { poissonArrivalsMs } from '../../src/models/arrivals.ts'
import { areDelivered, deliveredShare } from '../../src/models/naive-poll.ts'
import { meanPeakShare, mostWithin, pauseMs, reconnectedMs } from '../../src/models/reconnects.ts'
import { measuredGuess, predictionText, readBoardMessage, resultText } from '../../src/page/classroom/board-text.ts'
import { classBoard, distanceOf } from '../../src/page/classroom/class-board.ts'
import { addressOnHost, isLoopback } from '../../src/page/classroom/join-address.ts'
import { handoutConditions, handoutSettings, modelGuess, USUAL_LINKS } from '../../src/page/classroom/model-answers.ts'
import { qrPath } from '../../src/page/classroom/qr-path.ts'
import { linearAxis, logAxis } from '../../src/page/lessons/axes.ts'
import { CLAIMS, claimVerdictOf } from '../../src/page/lessons/claims.ts'
import { buffering } from '../../src/page/lessons/buffering.ts'
import { cuts } from '../../src/page/lessons/cuts.ts'
import { cursorlessPoll } from '../../src/page/lessons/cursorless-poll.ts'
import { frameHeads } from '../../src/page/lessons/frame-heads.ts'
import { idleConnections } from '../../src/page/lessons/idle-connections.ts'
import { defaultSettings } from '../../src/page/lessons/parameters.ts'
import type { ClaimVerdict, Guess, Lesson } from '../../src/page/lessons/lesson.ts'
import { LESSONS, lessonOf } from '../../src/page/lessons/list.ts'
import { liveSwitch } from '../../src/page/lessons/live-switch.ts'
import { preflights } from '../../src/page/lessons/preflights.ts'
import { quietRoom } from '../../src/page/lessons/quiet-room.ts'
import { reconnects } from '../../src/page/lessons/reconnects.ts'
import type { LessonResult } from '../../src/page/lessons/result.ts'
import { conditionsWithout } from '../../src/page/lessons/run-context.ts'
import { seventhRequest } from '../../src/page/lessons/seventh-request.ts'
import { allSteps } from '../../src/page/lessons/switch-order.ts'
import { tokens } from '../../src/page/lessons/tokens.ts'
import type { Point } from '../../src/page/lessons/point.ts'
import type { MessageEvent } from '../../src/protocol.ts'
import { seededRandom } from '../../src/random.ts'

const point = (series: string, x: number, value: number): Point => ({
  ...{ series, x, value, low: value, high: value, replicates: 1, model: value, tolerance: 0 },
})

const resultOf = (lesson: Lesson, points: readonly Point[], change: Partial<LessonResult> = {}): LessonResult => ({
  ...{ lesson: lesson.id, at: 1_800_000_000_000, durationMs: 1000, settings: defaultSettings(lesson.parameters, 1) },
  ...{ guess: null, conditions: conditionsWithout(null), points, delivery: null, claim: 'open' },
  ...{ verdict: 'agrees', reasons: [] },
  noise: {
    ...{ stallMs: 0, longestStallMs: 0, pushMs: 0, twinMs: 0, publisherLateMs: 0, clockMs: 0, limited: 0 },
    wasHidden: false,
  },
  ...change,
})

describe('the model of a poll without a cursor', () => {
  it.each([
    [20, 4, 0.926],
    [20, 100, 0.333],
    [20, 300, 0.143],
    [1, 100, 0.909],
  ])(
    'at %d per second and a gap of %d ms delivers %d of the messages, as a replay of arrivals does',
    (ratePerS, gapMs, share) => {
      expect(deliveredShare({ ratePerS, gapMs })).toBeCloseTo(share, 3)
      const delivered = areDelivered(poissonArrivalsMs(seededRandom(5), ratePerS, 4_000_000 / ratePerS), [gapMs])
      expect(delivered.filter(Boolean).length / delivered.length).toBeCloseTo(share, 1)
    },
  )

  it('loses what comes within a gap of the last message that was delivered', () => {
    const arrivalsMs = [0, 50, 99, 100, 150, 260]
    expect(areDelivered(arrivalsMs, [100])).toEqual([true, false, false, true, false, true])
    expect(areDelivered(arrivalsMs, [60, 200])).toEqual([true, false, true, false, false, false])
  })
})

describe('the model of clients that reconnect', () => {
  it('has the pauses of the client at full jitter, and the limits themselves without jitter', () => {
    const random = seededRandom(1)
    for (const attempts of [0, 1, 2, 5, 9]) {
      const limitMs = Math.min(10_000, 250 * 2 ** attempts)
      expect(pauseMs(attempts, 0, random)).toBe(limitMs)
      const drawn = Array.from({ length: 2000 }, () => [pauseMs(attempts, 1, random), backoffMs(attempts)] as const)
      for (const [model, client] of drawn) {
        expect(Math.max(model, client)).toBeLessThanOrEqual(limitMs)
        expect(Math.min(model, client)).toBeGreaterThanOrEqual(0)
      }
      const mean = (of: number) => drawn.reduce((sum, pair) => sum + (pair[of] ?? 0), 0) / drawn.length
      expect(mean(0) / limitMs).toBeCloseTo(0.5, 1)
      expect(mean(1) / limitMs).toBeCloseTo(0.5, 1)
    }
  })

  it('brings clients without jitter back at the same moment, and spreads the others', () => {
    expect(reconnectedMs(2000, 0, seededRandom(1))).toBe(3750)
    const share = (jitter: number) =>
      meanPeakShare({ clients: 50, outageMs: 2000, jitter, windowMs: 100 }, 30, seededRandom(3))
    expect(share(0)).toBe(1)
    expect(share(0.3)).toBeLessThan(0.5)
    expect(share(1)).toBeLessThan(share(0.3))
    expect(mostWithin([0, 10, 99, 100, 250, 251], 100)).toBe(3)
  })
})

describe('the order of the switches', () => {
  it('goes from each transport to each other one exactly once, back to the first, and depends on the seed', () => {
    const items = ['a', 'b', 'c', 'd', 'e']
    const orders = [1, 2, 3].map((seed) => allSteps(items, seededRandom(seed)))
    for (const order of orders) {
      const steps = order.slice(1).map((to, index) => `${order[index]}${to}`)
      expect(new Set(steps).size).toBe(20)
      expect(steps).toHaveLength(20)
      expect(steps.every(([from, to]) => from !== to)).toBe(true)
      expect(order.at(-1)).toBe(order[0])
    }
    expect(new Set(orders.map(String)).size).toBe(3)
    expect(allSteps(items, seededRandom(1))).toEqual(orders[0])
  })
})

describe('a claim', () => {
  it('has an experiment that exists, and is one of eight', () => {
    expect(CLAIMS).toHaveLength(8)
    expect(new Set(CLAIMS.map(({ lesson }) => lesson)).size).toBe(8)
    for (const { lesson } of CLAIMS) expect(lessonOf(lesson), lesson).toBeDefined()
  })

  it('has the verdict of the newest run, and none without a run', () => {
    const [first] = CLAIMS
    if (!first) throw new Error('no claim')
    expect(claimVerdictOf(first, {})).toBeNull()
    const lesson = lessonOf(first.lesson)
    if (!lesson) throw new Error('no lesson')
    expect(claimVerdictOf(first, { [lesson.id]: resultOf(lesson, [], { claim: 'holds in part' }) })).toBe(
      'holds in part',
    )
  })

  const socketsAt = (ms: number) => [0, 50, 100, 200].map((x) => point('request', x, x === 200 ? ms : 2))
  it.each<[Lesson, ClaimVerdict, Point[]]>([
    [cursorlessPoll, 'does not hold', [point('cursorless', 60, 0.45), point('long-poll', 60, 1)]],
    [cursorlessPoll, 'holds', [point('cursorless', 60, 1)]],
    [cuts, 'does not hold', [point('resumed', 2, 0), point('forgetful', 2, 0.13)]],
    [cuts, 'holds', [point('resumed', 2, 0), point('forgetful', 2, 0)]],
    [seventhRequest, 'does not hold', [point('http-stream', 6, 8), point('http-stream', 7, 2004)]],
    [seventhRequest, 'holds', [point('http-stream', 6, 8), point('http-stream', 7, 9)]],
    [reconnects, 'does not hold', [point('clients', 0, 1), point('clients', 1, 0.2)]],
    [liveSwitch, 'does not hold', [point('switched', 0, 0), point('switched', 1, 0), point('switched', 2, 0)]],
    [liveSwitch, 'holds', [point('switched', 0, 3), point('switched', 1, 0), point('switched', 2, 0)]],
    [buffering, 'does not hold', [point('buffered', 3, 900), point('direct', 3, 2)]],
    [buffering, 'holds', [point('buffered', 3, 4), point('direct', 3, 2)]],
    [tokens, 'does not hold', [point('each', 2, 30), point('each', 3, 29)]],
    [tokens, 'holds', [point('each', 2, 30), point('each', 3, 2)]],
    [quietRoom, 'does not hold', [point('answers', 1, 58), point('answers', 5, 12)]],
    [quietRoom, 'holds', [point('answers', 1, 0), point('answers', 5, 0)]],
    [frameHeads, 'holds in part', [point('down', 0, 2), point('down', 1, 4), point('up', 0, 6)]],
    [frameHeads, 'holds', [point('down', 0, 2)]],
    [preflights, 'holds in part', [point('asked', 0, 3), point('asked', 4, 0)]],
    [preflights, 'does not hold', [point('asked', 0, 0), point('asked', 4, 0)]],
    [idleConnections, 'does not hold', socketsAt(2.4)],
    [idleConnections, 'holds', socketsAt(40)],
  ])('of $id %s for its data', (lesson, verdict, points) => {
    const settings = defaultSettings(lesson.parameters, 1)
    expect(lesson.judgeClaim({ points, settings, conditions: conditionsWithout(null) })).toBe(verdict)
    expect(lesson.judgeClaim({ points: [], settings, conditions: conditionsWithout(null) })).toBe('open')
  })
})

describe('a prediction as a message', () => {
  const guessFor = (lesson: Lesson): Guess => {
    const prediction = lesson.prediction(handoutSettings(lesson))
    return prediction.kind === 'choice'
      ? { kind: 'choice', option: prediction.options[0] ?? '' }
      : { kind: 'sketch', values: prediction.xs.map((_, index) => 0.5 + index * 100) }
  }

  it.each(LESSONS.map((lesson) => [lesson] as const))('of $id is read back as it was written', (lesson) => {
    const settings = handoutSettings(lesson)
    const guess = guessFor(lesson)
    const text = predictionText(lesson, settings, guess)
    expect(text).toMatch(/^\[experiment [a-z-]+\] prediction: [a-z0-9.=e ·-]+$/)
    expect(readBoardMessage(lesson, settings, text)).toEqual({ kind: 'prediction', lesson: lesson.id, guess })
  })

  it.each([
    'hello',
    '[experiment cuts] prediction: waits',
    '[experiment seventh-request] prediction: no-such-option',
    '[experiment seventh-request] guess: waits',
    '[experiment seventh-request] prediction: <img src=x>',
    '[experiment seventh-request] result: maybe: waits',
  ])('is not read from “%s”', (text) => {
    expect(readBoardMessage(seventhRequest, handoutSettings(seventhRequest), text)).toBeNull()
  })

  it('is not read when it has other places of the axis, or text for a number', () => {
    const settings = handoutSettings(quietRoom)
    const read = (figures: string) =>
      readBoardMessage(quietRoom, settings, `[experiment quiet-room] prediction: ${figures}`)
    expect(read('1=60 2=30 5=12')).not.toBeNull()
    for (const figures of ['1=60 2=30', '1=60 2=30 5=12 6=1', '1=60 2=30 4=12', '1=60 2=30 5=--', 'x'])
      expect(read(figures), figures).toBeNull()
  })

  it('of a result contains the verdict, and what was measured at the places of the prediction', () => {
    const points = [1, 2, 5].map((x) => point('answers', x, 61.2345 / x))
    const text = resultText(quietRoom, resultOf(quietRoom, points))
    expect(text).toBe('[experiment quiet-room] result: agrees: 1=61.23 2=30.62 5=12.25')
    expect(readBoardMessage(quietRoom, handoutSettings(quietRoom), text ?? '')).toMatchObject({
      kind: 'result',
      verdict: 'agrees',
      guess: { kind: 'sketch', values: [61.23, 30.62, 12.25] },
    })
    expect(resultText(quietRoom, resultOf(quietRoom, []))).toBeNull()
    expect(measuredGuess(seventhRequest, resultOf(seventhRequest, [point('http-stream', 7, 2003)]))).toEqual({
      kind: 'choice',
      option: 'waits',
    })
  })
})

describe('a class board', () => {
  const settings = handoutSettings(quietRoom)
  const axis = linearAxis(60, 'count')
  const message = (seq: number, name: string, text: string, change: Partial<MessageEvent> = {}): MessageEvent => ({
    ...{ type: 'message', seq, id: `message-${seq}`, at: seq, from: { id: `id-${name}`, name }, text },
    ...change,
  })
  const predicted = (values: string) => `[experiment quiet-room] prediction: ${values}`

  it('has the newest prediction of each name, in the order in which they came, and no private ones', () => {
    const { rows, result } = classBoard(
      quietRoom,
      settings,
      [
        message(1, 'ada', predicted('1=10 2=10 5=10')),
        message(2, 'ben', predicted('1=60 2=30 5=12')),
        message(3, 'cleo', 'I do not know'),
        message(4, 'ada', predicted('1=50 2=25 5=10'), { from: { id: 'id-ada-again', name: 'Ada' } }),
        message(5, 'dora', predicted('1=1 2=1 5=1'), { to: { id: 'id-ada', name: 'ada' } }),
      ],
      axis,
    )
    expect(rows.map(({ name, seq, distance }) => [name, seq, distance])).toEqual([
      ['ben', 2, null],
      ['Ada', 4, null],
    ])
    expect(result).toBeNull()
  })

  it('has the nearest prediction first once there is a result', () => {
    const { rows, result } = classBoard(
      quietRoom,
      settings,
      [
        message(1, 'ada', predicted('1=10 2=10 5=10')),
        message(2, 'ben', predicted('1=60 2=30 5=12')),
        message(3, 'ada', '[experiment quiet-room] result: agrees: 1=60 2=30 5=12'),
      ],
      axis,
    )
    expect(rows.map(({ name }) => name)).toEqual(['ben', 'ada'])
    expect(rows[0]?.distance).toBe(0)
    expect(rows[1]?.distance).toBeCloseTo((50 + 20 + 2) / 3 / 60, 5)
    expect(result).toMatchObject({ verdict: 'agrees', name: 'ada' })
  })

  it('measures distances in powers of ten on a logarithmic axis, and choices as right or wrong', () => {
    const guess = (value: number): Guess => ({ kind: 'sketch', values: [value] })
    expect(distanceOf(guess(1000), guess(10), logAxis(1, 1000, 'ms'))).toBeCloseTo(2)
    const option = (name: string): Guess => ({ kind: 'choice', option: name })
    expect(distanceOf(option('waits'), option('waits'), axis)).toBe(0)
    expect(distanceOf(option('opens'), option('waits'), axis)).toBe(1)
    expect(distanceOf(option('opens'), guess(1), axis)).toBeNull()
  })
})

describe('the answers of the handout', () => {
  it('exist for each experiment, from its model', () => {
    for (const lesson of LESSONS) {
      const settings = handoutSettings(lesson)
      const guess = modelGuess(lesson, settings, handoutConditions(settings))
      expect(guess, lesson.id).not.toBeNull()
      if (guess?.kind === 'sketch') for (const value of guess.values) expect(value, lesson.id).toBeGreaterThanOrEqual(0)
    }
  })

  it.each<[Lesson, string]>([
    [seventhRequest, 'waits'],
    [buffering, 'streams'],
    [preflights, 'http'],
    [idleConnections, 'same'],
  ])('to $id is “%s”', (lesson, option) => {
    const settings = handoutSettings(lesson)
    expect(modelGuess(lesson, settings, handoutConditions(settings))).toEqual({ kind: 'choice', option })
  })

  it('assume the links that a server has', () => {
    for (const [name, { rttMs, bitsPerSecond }] of Object.entries(USUAL_LINKS) as [
      keyof typeof PROFILES,
      { rttMs: number; bitsPerSecond: number | null },
    ][]) {
      expect({ rttMs, bitsPerSecond }).toEqual({
        rttMs: 2 * PROFILES[name].delayMs,
        bitsPerSecond: PROFILES[name].bitsPerSecond,
      })
    }
  })
})

describe('the address for other devices', () => {
  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['[::1]', true],
    ['board.localhost', true],
    ['192.168.1.20', false],
    ['chat.example', false],
    ['127.example', false],
  ])('with the host %s is a loopback address: %s', (hostname, expected) => {
    expect(isLoopback(hostname)).toBe(expected)
  })

  it.each([
    ['', 'http://localhost:3000/#/experiments/cuts/board?room=class'],
    ['192.168.1.20', 'http://192.168.1.20:3000/#/experiments/cuts/board?room=class'],
    ['192.168.1.20:8080', 'http://192.168.1.20:8080/#/experiments/cuts/board?room=class'],
    [' https://chat.example ', 'https://chat.example/#/experiments/cuts/board?room=class'],
    ['not a host', null],
    ['http://a/b', null],
    ['user@host', null],
  ])('on “%s” is %s', (typed, expected) => {
    expect(addressOnHost('http://localhost:3000/#/experiments/cuts/board?room=class', typed)).toBe(expected)
  })

  it('has a QR code with its three finders, which grows with the text', () => {
    const short = qrPath('http://10.0.0.1:3000/')
    const long = qrPath(`http://10.0.0.1:3000/#/experiments/${'x'.repeat(120)}`)
    expect(short.size).toBe(25)
    expect(long.size).toBeGreaterThan(short.size)
    const isDark = (x: number, y: number) => short.d.includes(`M${x} ${y}h1v1h-1z`)
    for (const [x, y] of [
      [0, 0],
      [18, 0],
      [0, 18],
    ] as const) {
      const ring = Array.from({ length: 7 }, (_, step) => isDark(x + step, y) && isDark(x, y + step))
      expect(ring.every(Boolean)).toBe(true)
      expect(isDark(x + 1, y + 1)).toBe(false)
      expect(isDark(x + 3, y + 3)).toBe(true)
    }
  })
})
