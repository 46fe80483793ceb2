// @module-tag long
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cellOf, type CellFrame } from '../../bench/rig/cell.ts'
import { latencyModel } from '../../bench/analysis/latency-model.ts'
import { Rig, type MeasuredWindow } from '../../bench/rig/rig.ts'
import {
  checkHeaderBytes,
  checkKnownStall,
  checkLongPollRequests,
  checkRequests,
  windowWithFault,
} from '../../bench/self-checks.ts'
import { TRANSPORTS } from '../../src/protocol.ts'

/** Bytes, requests and messages as the suite counts them. Tests with injected faults are not retried. */
let rig: Rig
beforeAll(() => {
  rig = new Rig({ keepsServer: true })
})
afterAll(() => rig.end())

const cell = (window: MeasuredWindow, subject: string, rest: Partial<CellFrame> = {}) =>
  cellOf(
    {
      id: subject,
      scenario: 'latency',
      subject,
      client: 'raw',
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

describe('the suite, for counts', () => {
  it('counts the requests of long polls behind a link within 5 % of the model', { retry: 3 }, async () => {
    const check = await checkLongPollRequests(rig)
    console.log(`long-poll requests per message: ${check.measured}, model ${check.expected}`)
    expect(check.ok).toBe(true)
  })
})

describe('the suite, for planted faults', () => {
  it('reports nothing without a fault', async () => {
    const window = await windowWithFault(rig, null, { durationMs: 1500, transports: TRANSPORTS })
    for (const transport of TRANSPORTS) {
      const { counts } = cell(window, transport)
      expect(counts).toMatchObject({ delivered: counts.expected, twice: 0, outOfOrder: 0 })
      expect(counts.expected).toBeGreaterThan(300)
    }
  })

  it('reports a stalled publisher that stamps the time of sending instead of the planned time', async () => {
    const { ok } = await checkKnownStall(rig, { stalled: 'publisher', stampsActual: true })
    expect(ok).toBe(false)
  })

  it('reports one dropped message in a hundred', async () => {
    const window = await windowWithFault(rig, 'drop-1-percent', { durationMs: 1500 })
    for (const transport of ['short-poll', 'long-poll']) {
      expect(cell(window, transport).validity.reasons.join()).toMatch(/void: \d+ of \d+ deliveries are missing/)
    }
    expect(cell(window, 'websocket').validity.reasons.join()).not.toContain('void')
  })

  it('reports one doubled message', async () => {
    const window = await windowWithFault(rig, 'double-one', { durationMs: 600 })
    const twice = ['short-poll', 'long-poll'].map((transport) => cell(window, transport))
    expect(twice.map(({ counts }) => counts.twice).reduce((a, b) => a + b)).toBe(1)
    expect(twice.some(({ validity }) => validity.reasons.join().includes('void: 1 deliveries are duplicates'))).toBe(
      true,
    )
  })

  it('reports a long poll that is answered empty at once', async () => {
    // Few messages: however slow the machine, there is time for empty answers between two of them.
    const window = await windowWithFault(rig, 'empty-hold', { durationMs: 1000, ratePerS: 15 })
    const measured = cell(window, 'long-poll')
    const check = checkRequests({
      ...measured,
      ...latencyModel(measured, { serviceMs: 0, oneWayDownMs: 0, gapMs: 1, arrivals: 'poisson' }),
    })
    expect(check.ok).toBe(false)
    expect(measured.requestsPerMessage?.value).toBeGreaterThan(1)
  })

  it('reports padded headers', async () => {
    const briefly = { durationMs: 400 }
    const [clean, padded] = [
      await windowWithFault(rig, null, briefly),
      await windowWithFault(rig, 'padded-head', briefly),
    ]
    for (const transport of ['short-poll', 'long-poll']) {
      expect(checkHeaderBytes(cell(clean, transport), cell(clean, transport)).ok).toBe(true)
      expect(checkHeaderBytes(cell(padded, transport), cell(clean, transport)).ok).toBe(false)
    }
  })
})
