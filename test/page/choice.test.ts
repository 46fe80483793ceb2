import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { choose, type Needs } from '../../src/models/choice.ts'
import { EXPERIMENTS, FORMULAS, type FindingCode } from '../../src/models/choice-findings.ts'
import { DEFAULT_PRICES } from '../../src/page/choice/choice-settings.ts'
import { FORMULA_TEXTS } from '../../src/page/choice/formulas.ts'
import { lessonOf } from '../../src/page/lessons/list.ts'
import { formulasEn, formulasZhCN } from '../../src/page/choice/formula-words.ts'
import { en, zhCN } from '../../src/page/choice/choice-words.ts'
import type { TransportName } from '../../src/transports.ts'
import { sampleCoefficients } from '../support/sample-coefficients.ts'

const ORDINARY: Needs = {
  users: 1000,
  ratePerS: 1,
  sendPerS: 0,
  latencyMs: 500,
  rttMs: 40,
  tabs: 1,
  http: 1,
  hasBufferingProxy: false,
  hasUpgradeBlock: false,
  isOnBattery: false,
  traffic: { payloadBytes: 100, headerBytes: 560, hasTls: false },
}

interface WrittenCase {
  name: string
  /** Why this is the right choice, as a person would argue. */
  because: string
  needs: Partial<Needs>
  recommended: TransportName | null
  /** Findings that the recommendation rests on, by transport. */
  rests: Partial<Record<TransportName, readonly FindingCode[]>>
}

const CASES: readonly WrittenCase[] = [
  {
    name: 'a chat in which most only read',
    because: 'Streams and WebSocket cost about the same; SSE is the simplest of them, and users hardly send.',
    needs: {},
    recommended: 'sse',
    rests: { sse: ['latency-push'], 'short-poll': ['interval', 'empty-polls'] },
  },
  {
    name: 'cursors of a shared drawing, ten a second each way',
    because: 'Each post has more headers than content; a WebSocket frame has not.',
    needs: { ratePerS: 10, sendPerS: 10, latencyMs: 100 },
    recommended: 'websocket',
    rests: { sse: ['post-headers'], 'long-poll': ['post-headers'] },
  },
  {
    name: 'prices that change 20 times a second and may be 5 s old',
    because:
      'A poll brings about a hundred messages, so their headers hardly count, and it saves the segments of each frame.',
    needs: { ratePerS: 20, latencyMs: 5000 },
    recommended: 'short-poll',
    rests: { 'short-poll': ['interval', 'batches'] },
  },
  {
    name: 'eight tabs of one browser on HTTP/1.1',
    because: 'Held requests and streams would use up the six connections; WebSocket has its own.',
    needs: { tabs: 8 },
    recommended: 'websocket',
    rests: { sse: ['tabs-blocked'], 'long-poll': ['tabs-blocked'], 'http-stream': ['tabs-blocked'] },
  },
  {
    name: 'the same eight tabs on HTTP/2',
    because: 'All requests share one connection, so the limit is gone and the simplest stream is enough.',
    needs: { tabs: 8, http: 2, traffic: { payloadBytes: 100, headerBytes: 560, hasTls: true } },
    recommended: 'sse',
    rests: { sse: ['tabs-free'], 'long-poll': ['tabs-free', 'compressed-headers'] },
  },
  {
    name: 'a proxy that buffers answers',
    because: 'It stops streams, and passes a WebSocket after its upgrade.',
    needs: { hasBufferingProxy: true },
    recommended: 'websocket',
    rests: { sse: ['buffered'], 'http-stream': ['buffered'] },
  },
  {
    name: 'a proxy that buffers answers and blocks upgrades',
    because:
      'Only answers that end get through, and at one message a second a held poll is later than no poll by no more than a transit.',
    needs: { hasBufferingProxy: true, hasUpgradeBlock: true },
    recommended: 'long-poll',
    rests: { sse: ['buffered'], websocket: ['upgrade-blocked'], 'long-poll': ['latency-held'] },
  },
  {
    name: 'a satellite, and a wish that physics denies',
    because: 'One transit takes 300 ms, so nothing arrives within 200 ms.',
    needs: { rttMs: 600, latencyMs: 200 },
    recommended: null,
    rests: {
      sse: ['too-late'],
      websocket: ['too-late'],
      'long-poll': ['too-late'],
      'short-poll': ['interval-too-short'],
    },
  },
  {
    name: 'rare news on phones',
    because:
      'A message each ten minutes; polls every second would use the radio all the time, a stream only for its heartbeats.',
    needs: { ratePerS: 1 / 600, latencyMs: 2000, isOnBattery: true },
    recommended: 'sse',
    rests: { 'short-poll': ['radio-more', 'empty-polls'], sse: ['radio'] },
  },
  {
    name: 'a status page on HTTP/2 that may be a minute old',
    because: 'A compressed poll a minute costs less than a push of each message.',
    needs: {
      ratePerS: 0.2,
      latencyMs: 60_000,
      http: 2,
      traffic: { payloadBytes: 100, headerBytes: 560, hasTls: true },
    },
    recommended: 'short-poll',
    rests: { 'short-poll': ['interval', 'batches', 'compressed-headers'] },
  },
]

const chosen = (needs: Partial<Needs>) => choose({ ...ORDINARY, ...needs }, sampleCoefficients, DEFAULT_PRICES)

describe('the choice of a transport', () => {
  it('has ten written cases', () => {
    expect(CASES).toHaveLength(10)
    expect(new Set(CASES.map(({ because }) => because)).size).toBe(10)
  })

  it.each(CASES)('$name: $recommended, because $because', ({ needs, recommended, rests }) => {
    const choice = chosen(needs)
    expect(choice.recommended).toBe(recommended)
    for (const [transport, codes] of Object.entries(rests)) {
      const { findings = [] } = choice.assessments.find((one) => one.transport === transport) ?? {}
      expect(
        findings.map(({ code }) => code),
        transport,
      ).toEqual(expect.arrayContaining([...codes]))
    }
  })

  it('recommends nothing that does not fit, and nothing dearer than an equal', () => {
    for (const { needs } of CASES) {
      const { recommended, equals, cheapest, assessments } = chosen(needs)
      const of = (name: TransportName | null) => assessments.find(({ transport }) => transport === name)
      expect(of(recommended)?.verdict).not.toBe('does-not-fit')
      if (recommended === null) continue
      expect(equals).toContain(recommended)
      expect(of(recommended)?.cost?.price).toBeLessThanOrEqual(1.2 * (of(cheapest)?.cost?.price ?? 0))
    }
  })

  it('keeps the bound with the interval that it names', () => {
    const { assessments } = chosen({ latencyMs: 500, rttMs: 40 })
    const [poll] = assessments
    // 0.95 T + 20 ms ≤ 500 ms
    expect(poll?.intervalMs).toBe(505)
    expect(0.95 * (poll?.intervalMs ?? 0) + 20).toBeLessThanOrEqual(500)
  })

  it('has words in both languages and a formula for each finding', () => {
    for (const id of FORMULAS) {
      expect(formulasEn[id].says).not.toBe('')
      expect(formulasZhCN[id].says).not.toBe('')
      const { file } = FORMULA_TEXTS[id]
      if (file !== undefined) expect(existsSync(file), file).toBe(true)
    }
    const codes = CASES.flatMap(({ needs }) => chosen(needs).assessments.flatMap(({ findings }) => findings))
    for (const { code, values, formula } of codes) {
      const spelled = Object.fromEntries(Object.keys(values).map((name) => [name, `<${name}>`]))
      for (const words of [en, zhCN]) expect(words.findings[code](spelled)).not.toContain('undefined')
      expect(FORMULAS).toContain(formula)
    }
  })

  it('links to experiments of the page only', () => {
    expect(EXPERIMENTS.filter((id) => !lessonOf(id))).toEqual([])
    const linked = CASES.flatMap(({ needs }) => chosen(needs).assessments.flatMap(({ findings }) => findings)).flatMap(
      ({ experiment }) => experiment ?? [],
    )
    expect(linked.filter((id) => !lessonOf(id))).toEqual([])
    expect(new Set(linked).size).toBeGreaterThan(3)
  })
})
