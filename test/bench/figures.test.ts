import { describe, expect, it } from 'vitest'
import { cellOf } from '../../bench/rig/cell.ts'
import { conclusionsOf } from '../../bench/analysis/conclusions.ts'
import { latencyModel } from '../../bench/analysis/latency-model.ts'
import { DeliveryRecord, type Mark } from '../../bench/load/delivery-record.ts'
import { memoryGrowth, type MemoryPoint } from '../../bench/analysis/memory-growth.ts'
import { fitSteps } from '../../bench/scenarios/memory.ts'
import { publishedOf } from '../../bench/analysis/published.ts'
import { bars } from '../../bench/report/drawing/bars.ts'
import { plot } from '../../bench/report/drawing/plot.ts'
import type { Point } from '../../bench/report/drawing/curves.ts'
import { linearAxis, logAxis } from '../../bench/report/drawing/scales.ts'
import { renderTerminal } from '../../bench/report/terminal.ts'
import { en } from '../../bench/report/texts/en.ts'
import type { Cell } from '../../bench/report/schema.ts'
import type { Block, MeasuredWindow } from '../../bench/rig/rig.ts'
import { overheadModel } from '../../bench/analysis/overhead-model.ts'
import { longPoll, longPollPeriodic, shortPoll } from '../../src/models/index.ts'
import { sampleReport } from '../support/sample-report.ts'

/** What the report says of figures that are known: memory, costs per message, the model beside them. */
const CLIENTS = [500, 1000, 1500, 2000, 2500]
const IDLE_BYTES = 110e6
const NOISE = [4e4, -3e4, 2e4, 0, -2e4]

const grown = (bytes: (clients: number, index: number) => number) =>
  memoryGrowth(
    IDLE_BYTES,
    CLIENTS.map((clients, index): MemoryPoint => [clients, IDLE_BYTES + bytes(clients, index)]),
  )

function memoryCell(subject: string, { memory, reasons }: ReturnType<typeof memoryGrowth>): Cell {
  const template = sampleReport().cells.find(({ scenario }) => scenario === 'memory')
  if (!template) throw new Error('the sample has no cell of memory')
  const validity = { valid: reasons.length === 0, attempts: 1, reasons }
  return { ...template, id: `memory/${subject}`, subject, clients: 2500, memory, validity }
}

describe('memory per client', () => {
  it('is the slope, also when the first clients fit into free memory', () => {
    const { memory, reasons } = grown((clients, index) => 13_000 * (clients - 400) + (NOISE[index] ?? 0))
    expect(reasons).toEqual([])
    expect(memory.perClientBytes).toBeGreaterThan(12_700)
    expect(memory.perClientBytes).toBeLessThan(13_300)
    // What one difference would have said.
    expect((memory.loadedBytes - IDLE_BYTES) / 2500).toBeLessThan(11_000)
  })

  it.each([
    ['shrank while clients came', (clients: number) => -5700 * clients, /did not grow with the number of clients/],
    ['jumped once', (clients: number) => 3000 * clients + (clients > 1500 ? 9e6 : 0), /did not grow evenly .* ± \d+ %/],
  ])('is not valid where memory %s, and nothing is concluded from it', (_, bytes, reason) => {
    const growth = grown(bytes)
    expect(growth.reasons.join()).toMatch(reason)
    const cells = [
      memoryCell('websocket', growth),
      memoryCell(
        'long-poll',
        grown((clients) => 13_000 * clients),
      ),
    ]
    const report = { ...sampleReport(), cells, comparisons: [], crossovers: [], published: publishedOf(cells) }
    const said = JSON.stringify(conclusionsOf(report))
    expect(said).not.toContain('waiting client')
    expect(JSON.stringify(report.published)).not.toContain('Socket.IO, memory usage')
    const shown = renderTerminal({ ...report, conclusions: [] }, { colour: false, width: 140 })
    expect(shown).toMatch(/websocket.*◇ no/)
    expect(shown).toMatch(reason)
    expect(shown).not.toMatch(/memory per client\s+[−-]/)
  })

  it('uses smaller steps when the limit of open files is low', () => {
    expect(fitSteps({ first: 500, step: 500, steps: 4 }, 20_000)).toEqual({ first: 500, step: 500, steps: 4 })
    expect(fitSteps({ first: 500, step: 500, steps: 4 }, 1000)).toEqual({ first: 200, step: 200, steps: 4 })
  })
})

/** A window with this number of subscribers and these blocks. */
function windowOf(clients: number, blocks: { mark: Mark; wireBytes: number; serverCpuUs: number }[]): MeasuredWindow {
  const delivered = blocks.reduce((sum, { mark }) => sum + mark.delivered, 0)
  const record = new DeliveryRecord()
  const seen = Array.from({ length: clients }, () => ({
    ...record.counts,
    indices: Array<number>(delivered / clients),
  }))
  return {
    published: { count: delivered / clients, offsetsMs: [], lagsMs: [], durationMs: 2000, cpuUs: 0, acknowledged: 0 },
    groups: { websocket: seen },
    blocks: blocks.map(({ mark, ...rest }): Block => ({ ...rest, durationS: 0.5, groups: { websocket: mark } })),
    durationS: 2.4,
    serverCpuUs: 0,
    subscriberCpuUs: 0,
    gap: { meanMs: Number.NaN, n: 0 },
    socketBytes: 0,
    wire: { bytes: 0, segments: 0 },
    foreignCores: 0,
    stealShare: 0,
  }
}

describe('the cost of a message', () => {
  const frame = { id: 'overhead/websocket', scenario: 'overhead', subject: 'websocket', client: 'raw' } as const
  const common = { ...frame, clients: 2, payloadBytes: 100 }
  const cell = (bytesOfBlock: (messages: number, block: number) => number) =>
    cellOf(
      common,
      'websocket',
      [
        windowOf(
          2,
          [3, 9, 5, 1, 7].map((messages, block) => ({
            mark: { delivered: 2 * messages, requests: 0, bytes: 2 * bytesOfBlock(messages, block) },
            wireBytes: 2 * 400 * messages + 700 * messages,
            serverCpuUs: 400 * messages,
          })),
        ),
      ],
      { isAlone: true, publisherWireBytes: 700 },
    )

  it('is a point when all messages have the same cost, for any number of messages per block', () => {
    const { bytes, cpu, ratePerS } = cell((messages) => 294 * messages)
    const { application, wire } = bytes?.perMessage ?? {}
    expect(application).toMatchObject({ replicates: 5 })
    expect([application?.value, application?.low, application?.high]).toEqual([294, 294, 294].map(near))
    expect([wire?.value, wire?.low, wire?.high]).toEqual([400, 400, 400].map(near))
    expect(cpu?.perDeliveryUs?.value).toBeCloseTo(200, 6)
    expect(ratePerS).toBe(10)
  })

  it('is an interval when blocks differ', () => {
    const other = [9, 1, 3, 7, 5]
    const { bytes } = cell((_, block) => 294 * (other[block] ?? 0))
    const { value, low, high } = bytes?.perMessage.application ?? { value: 0 }
    expect(value).toBeCloseTo(294, 6)
    expect((high ?? 0) - (low ?? 0)).toBeGreaterThan(100)
  })

  const near = (value: number): unknown => expect.closeTo(value, 3)
})

describe('the printed model is the model of the requested settings', () => {
  const subject = (name: string, rest: Partial<Cell>): Cell => {
    const [first] = sampleReport().cells
    if (!first) throw new Error('the sample has no cell')
    return { ...first, id: `rtt/${name}`, scenario: 'rtt', subject: name, ...rest }
  }
  const path = { serviceMs: 1, oneWayDownMs: 50, gapMs: 101 }

  it.each(['poisson', 'periodic'] as const)('for %s arrivals', (arrivals) => {
    const cell = subject('long-poll', { ratePerS: 20, holdMs: 25_000 })
    const { model = {}, modelEcdf = [] } = latencyModel(cell, { ...path, arrivals })
    const wait = { ...path, ratePerS: 20, holdMs: 25_000 }
    const expected = arrivals === 'poisson' ? longPoll : longPollPeriodic
    expect(model).toMatchObject({
      meanMs: expected.meanMs(wait),
      p50Ms: expected.quantileMs(wait, 0.5),
      requestsPerMessage: expected.requestsPerMessage(wait),
    })
    for (const [ms, share] of modelEcdf) expect(share).toBe(expected.cdf(wait, ms))
    const known = { cells: [], gapMs: 101, arrivals, cursorBytes: 10 }
    expect(overheadModel(cell, known)).toEqual({ requestsPerMessage: expected.requestsPerMessage(wait) })
    // The two are far enough apart here to be told from one another.
    const [one, other] = [longPoll, longPollPeriodic].map((long) => long.requestsPerMessage(wait))
    expect(Math.abs((one ?? 0) / (other ?? 0) - 1)).toBeGreaterThan(0.05)
  })

  it('for a short poll whose interval is shorter than its round trip', () => {
    const cell = subject('short-poll', { ratePerS: 4, intervalMs: 50 })
    const { model = {} } = latencyModel(cell, { ...path, arrivals: 'poisson' })
    expect(model).toMatchObject({
      p50Ms: shortPoll.quantileMs({ ...path, intervalMs: 101 }, 0.5),
      requestsPerMessage: shortPoll.requestsPerMessage({ ratePerS: 4, intervalMs: 101 }),
    })
  })
})

describe('a stream with a higher latency than a socket', () => {
  const compared = (value: number) => {
    const [first] = sampleReport().comparisons
    if (!first) throw new Error('the sample has no comparison')
    const pair = {
      ...first,
      a: 'sse',
      b: 'websocket',
      medianDifference: { value, low: value - 0.1, high: value + 0.1 },
    }
    return JSON.stringify(conclusionsOf({ ...sampleReport(), cells: [], crossovers: [], comparisons: [pair] }))
  }

  it('is explained in the report from 0.2 ms on', () => {
    expect(compared(0.9)).toMatch(
      /Messages arrived 0.90 ms later with sse than with WebSocket. The server causes the difference/,
    )
    expect(compared(0.1)).not.toMatch(/later with sse|than with WebSocket/)
  })
})

describe('a drawing of measured values', () => {
  const coordinates = (words: string) => words.match(/-?[\d.]+/g)?.map(Number) ?? []
  const drawn = (y = linearAxis('bytes', [0, 100]), points: readonly Point[] = [{ x: 2, y: 100 }]) =>
    plot({
      width: 700,
      height: 400,
      x: logAxis('rate', [2, 20]),
      y,
      curves: [{ subject: 'long-poll', points, label: 'long-poll', style: 'measured' }],
      texts: en,
    }).content
  /** The middle of a label of an axis. */
  const labelAt = (svg: string, words: string) =>
    coordinates(new RegExp(`<text x="[^"]+" y="[^"]+"(?=[^>]*>${words}</text>)`).exec(svg)?.[0] ?? '')
  const symbolsIn = (svg: string) =>
    [...svg.matchAll(/transform="translate\(([^)]+)\)"/g)].map(([, at = '']) => coordinates(at))
  const tall = (svg: string) =>
    [...svg.matchAll(/d="(M[\d. ]+L[\d. ]+)"/g)].map(([, d = '']) => coordinates(d)).filter(([a, , b]) => a === b)

  it('has bars as long as their values, one part after the other', () => {
    const parts = [
      { value: 30, texture: 'headers' },
      { value: 60, texture: 'payload' },
    ] as const
    const { content } = bars([{ subject: 'sse', name: 'sse', label: '90 B', parts }], 'bytes', 700)
    const [first = [], second = []] = [...content.matchAll(/<rect x="([^"]+)" y="[^"]+" width="([^"]+)"/g)].map(
      ([, x, width]) => [Number(x), Number(width)] as const,
    )
    expect((second[1] ?? 0) / (first[1] ?? 0)).toBeCloseTo(2, 1)
    expect((first[0] ?? 0) + (first[1] ?? 0)).toBeCloseTo(second[0] ?? 0, 0)
    expect(labelAt(content, '0')[0]).toBeCloseTo(first[0] ?? 0, 0)
  })

  it.each([
    ['linear', linearAxis('bytes', [0, 1000]), [0, 200, 800]],
    ['logarithmic', logAxis('bytes', [100, 1000]), [100, 200, 500]],
  ] as const)('has each point at its ticks on a %s axis', (_, axis, values) => {
    const svg = drawn(axis, [2, 5, 20].map((x, i) => ({ x, y: values[i] ?? 0 }))) // prettier-ignore
    const symbols = symbolsIn(svg)
    expect(symbols).toHaveLength(3)
    values.forEach((value, i) => {
      expect(symbols[i]?.[1]).toBeCloseTo(labelAt(svg, String(value))[1] ?? 0, 0)
      expect(symbols[i]?.[0]).toBeCloseTo(labelAt(svg, ['2', '5', '20'][i] ?? '')[0] ?? 0, 0)
    })
  })

  it('has equal ratios at equal distances on a logarithmic axis, and equal differences on a linear one', () => {
    const svg = drawn(linearAxis('bytes', [0, 1000]))
    const [two = 0, five = 0, ten = 0, twenty = 0] = ['2', '5', '10', '20'].map((words) => labelAt(svg, words)[0])
    expect(ten - five).toBeCloseTo(twenty - ten, 0)
    expect((five - two) / (ten - five)).toBeCloseTo(Math.log2(2.5), 1)
    const [low = 0, middle = 0, high = 0] = ['0', '400', '800'].map((words) => labelAt(svg, words)[1])
    expect(low - middle).toBeCloseTo(middle - high, 0)
    expect(middle).toBeLessThan(low)
  })

  it('has a line from one end of an interval to the other', () => {
    const svg = drawn(linearAxis('bytes', [0, 100]), [{ x: 2, y: 50, low: 20, high: 80 }])
    const [x] = symbolsIn(svg)[0] ?? []
    const whisker = tall(svg).find(([at, , , to]) => at === x && Math.abs((to ?? 0) - (labelAt(svg, '80')[1] ?? 0)) < 1)
    expect(whisker?.[1]).toBeCloseTo(labelAt(svg, '20')[1] ?? 0, 0)
  })

  it('marks a point that is not valid and says so', () => {
    const invalid = drawn(undefined, [{ x: 2, y: 50, isInvalid: true }])
    expect(symbolsIn(invalid)).toHaveLength(3)
    expect(invalid).toContain(en.notValid)
    expect(drawn()).not.toContain(en.notValid)
  })
})
