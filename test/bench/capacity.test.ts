import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { describe, expect, it, onTestFinished } from 'vitest'
import { SCHEMA_FILES } from '../../bench/commands/schema-files.ts'
import { coefficientsOf } from '../../bench/analysis/coefficients.ts'
import { checksOf, errorOf } from '../../bench/report/capacity-checks.ts'
import { coefficientsSchema } from '../../bench/report/coefficients-schema.ts'
import { compactReport } from '../../bench/report/compact.ts'
import { checkReport, readReport } from '../../bench/report/read.ts'
import type { Cell, Report } from '../../bench/report/schema.ts'
import { renderTerminal } from '../../bench/report/terminal.ts'
import { activityOf, applicationBytesPerS } from '../../src/models/capacity.ts'
import type { Coefficients } from '../../src/models/coefficients.ts'
import { LONG } from '../support/long.ts'
import { run } from '../support/process.ts'
import { sampleCoefficients } from '../support/sample-coefficients.ts'
import { sampleReport } from '../support/sample-report.ts'

const isCoefficients = Compile(coefficientsSchema)

/** A cell of the capacity scenario that costs exactly what the coefficients say. */
function cellOf(clients: number, ratePerS: number, variant: string, rest: Partial<Cell> = {}): Cell {
  const load = { clients, ratePerS, intervalMs: 1000, holdMs: 25_000, rttMs: 0, arrivals: 'periodic' } as const
  const activity = activityOf('websocket', load, sampleCoefficients)
  const traffic = { payloadBytes: 100, headerBytes: null, hasTls: false }
  const perS = applicationBytesPerS('websocket', activity, sampleCoefficients, traffic)
  const [sample] = sampleReport().cells
  if (!sample) throw new Error('the sample report has no cells')
  const delivered = Math.round(activity.deliveriesPerS * 4)
  const common = { ...sample }
  delete common.latencyMs
  delete common.rttMs
  return {
    ...common,
    id: `capacity/websocket/${variant}`,
    scenario: 'capacity',
    subject: 'websocket',
    clients,
    ratePerS,
    payloadBytes: 100,
    counts: { published: 4 * ratePerS, expected: delivered, delivered, twice: 0, outOfOrder: 0, requests: 0, empty: 0, frames: delivered, connections: 0 }, // prettier-ignore
    bytes: {
      ...sample.bytes,
      up: { ...ZERO, headers: 0 },
      down: { ...ZERO, headers: 0, payload: perS * 4 },
      handshake: 0,
      wire: null,
      segments: null,
      perMessage: { application: { value: perS / activity.deliveriesPerS }, wire: null },
    },
    cpu: { serverMs: 1, perDeliveryUs: null, perRequestUs: null, utilisation: activity.utilisation },
    ...rest,
  }
}

const ZERO = Object.fromEntries(Object.keys(sampleReport().cells.find(({ bytes }) => bytes)?.bytes?.up ?? {}).map((part) => [part, 0])) as NonNullable<Cell['bytes']>['up'] // prettier-ignore

const points = [125, 250, 500, 1000].map((clients): [number, number] => [clients, 60e6 + 12_000 * clients])
const memory = { perClientBytes: 12_000, idleBytes: 60e6, loadedBytes: 72e6, points }
const capacityCells = (): Cell[] => [
  ...[125, 250, 500, 1000].flatMap((clients) => [2, 6].map((rate) => cellOf(clients, rate, `${clients}/${rate}`))),
  cellOf(1000, 4, '1000/4', { memory }),
  cellOf(3000, 4, 'check/3000', {
    memory: { perClientBytes: 12_000, idleBytes: 60e6, loadedBytes: 96e6 },
    model: { utilisation: 0.05, bytesPerS: 3_000_000, residentBytes: 90e6 },
  }),
]
const otherCells = (): Cell[] => sampleReport().cells.filter(({ scenario }) => scenario !== 'capacity')
const capacityReport = (): Report => ({ ...sampleReport(), cells: [...otherCells(), ...capacityCells()] })

describe('the coefficients of a report', () => {
  it('are those behind the cells of the capacity scenario, without its checks', () => {
    const coefficients = coefficientsOf(capacityReport())
    const costs = coefficients?.transports.websocket
    expect(costs?.range.clients).toEqual([125, 1000])
    expect(costs?.cpu.frameUs).toBeCloseTo(10, 1)
    // Without a cell of the publisher alone, publishing is a part of the cost of a message: 150 + 40 µs.
    expect(costs?.cpu.messageUs).toBeCloseTo(190, -1)
    expect(costs?.bytes.messageBytes).toBeCloseTo(220, 0)
    expect(costs?.memoryBytes).toBe(12_000)
    expect(coefficients?.process.memoryBytes).toBeCloseTo(60e6, 0)
  })

  it('follow from overhead and rates where there is no capacity scenario', () => {
    const coefficients = coefficientsOf({ ...sampleReport(), cells: otherCells() })
    expect(Object.keys(coefficients?.transports ?? {})).toEqual(['short-poll', 'long-poll', 'websocket'])
    expect(coefficients?.checks).toEqual([])
  })

  it('are null for a report without costs', () => {
    expect(coefficientsOf({ ...sampleReport(), cells: [] })).toBeNull()
  })

  it('have the form of their schema, which the file in the repository has too', async () => {
    expect(isCoefficients.Check(coefficientsOf(capacityReport()))).toBe(true)
    expect(isCoefficients.Check(sampleCoefficients)).toBe(true)
    expect(isCoefficients.Check({ ...sampleCoefficients, process: {} })).toBe(false)
    const { path, text } = SCHEMA_FILES.coefficients
    expect(await readFile(path, 'utf8')).toBe(text)
    expect(Type.IsObject(coefficientsSchema)).toBe(true)
  })
})

describe('the check of a prediction', () => {
  it('has a row for CPU, bytes and memory, with the error relative to the measurement', () => {
    const rows = capacityReport().cells.flatMap(checksOf)
    expect(rows.map(({ quantity }) => quantity)).toEqual(['cpu', 'bytes', 'memory'])
    const [, , resident] = rows
    expect(resident && errorOf(resident)).toBeCloseTo(90 / 96 - 1, 6)
  })

  it('is printed with predicted, measured and error, and marks an error of more than 20 %', () => {
    const text = renderTerminal(capacityReport(), { colour: false, width: 160 })
    expect(text).toMatch(/websocket, 3000 subscribers, at 4\.00\/s +memory of the server +90\.0.MB +96\.0.MB +−6.%/)
    expect(text).toMatch(/at 4\.00\/s +CPU time, share of a core .* ◇/)
  })
})

describe('the report of the package', () => {
  const folder = 'public/shipped-report'

  it('has the costs of the five common transports, with checks within 20 %', async () => {
    const coefficients = JSON.parse(await readFile(`${folder}/coefficients.json`, 'utf8')) as Coefficients
    expect([...isCoefficients.Errors(coefficients)]).toEqual([])
    const five = ['short-poll', 'long-poll', 'websocket', 'sse', 'http-stream']
    expect(Object.keys(coefficients.transports).sort()).toEqual([...five].sort())
    expect(coefficients.checks.map(({ transport, quantity }) => `${transport} ${quantity}`).sort()).toEqual(
      five.flatMap((transport) => ['bytes', 'cpu', 'memory'].map((quantity) => `${transport} ${quantity}`)).sort(),
    )
    for (const check of coefficients.checks) {
      expect(Math.abs(errorOf(check)), `${check.transport} ${check.quantity}`).toBeLessThanOrEqual(0.2)
    }
  })

  it('is a report, from which the costs beside it follow', async () => {
    const report = await readReport(`${folder}/report.json`)
    expect(JSON.parse(JSON.stringify(coefficientsOf(report)))).toEqual(
      JSON.parse(await readFile(`${folder}/coefficients.json`, 'utf8')),
    )
  })

  it('is compact: no curves, and the same figures', () => {
    const report = sampleReport()
    const compact = checkReport(compactReport(report), 'compact')
    expect(JSON.stringify(compact).length).toBeLessThan(JSON.stringify(report).length / 2)
    expect(compact.cells.map(({ latencyMs }) => latencyMs?.p99)).toEqual(
      report.cells.map(({ latencyMs }) => latencyMs?.p99),
    )
  })
})

describe('npm run bench -- --scenario capacity', () => {
  it(
    'predicts bytes within 2 %, which no noise changes, and writes costs of frames and of publishing',
    { ...LONG, timeout: 180_000 },
    async () => {
      const out = await mkdtemp(join(tmpdir(), 'bench-'))
      onTestFinished(() => rm(out, { recursive: true, force: true }))
      const flags = ['--quick', '--scenario', 'capacity', '--transports', 'websocket', '--no-namespace', '--out', out]
      const { output, ended } = run(process.execPath, ['dist/bench/main.js', ...flags])
      // 2: a self-check failed, as it may beside other tests.
      expect([0, 2], output()).toContain(await ended)
      const [folder = ''] = await readdir(out)
      const report = await readReport(join(out, folder))
      const cells = report.cells.filter(({ subject }) => subject === 'websocket')
      expect(cells.map(({ id }) => id)).toEqual([
        ...[25, 50, 100].flatMap((clients) => [1, 3, 8].map((rate) => `capacity/websocket/${clients}/${rate}`)),
        'capacity/websocket/check/300',
      ])
      for (const { counts } of cells) expect(counts.delivered).toBe(counts.expected)
      const bytes = cells.flatMap(checksOf).find(({ quantity }) => quantity === 'bytes')
      expect(bytes && Math.abs(errorOf(bytes))).toBeLessThan(0.02)

      const written = JSON.parse(await readFile(join(out, folder, 'coefficients.json'), 'utf8')) as Coefficients
      expect(isCoefficients.Check(written)).toBe(true)
      expect(written.process.publishUs).toBeGreaterThan(0)
      expect(written.process.files).toBeGreaterThan(10)
      const { cpu, bytes: costs } = written.transports.websocket ?? {}
      expect((cpu?.frameUs ?? 0) + (cpu?.coldUs ?? 0)).toBeGreaterThan(0)
      // The JSON of a message with a text of 100 bytes.
      expect(costs?.messageBytes).toBeGreaterThan(150)
      expect(costs?.messageBytes).toBeLessThan(300)
      // The memory of 100 clients is little beside what a new process gives back meanwhile: without growth none is predicted.
      const hasGrown = cells.some(({ memory }) => memory?.points !== undefined && memory.perClientBytes > 0)
      const quantities = ['cpu', 'bytes', ...(hasGrown ? ['memory'] : [])]
      expect(written.checks.map(({ quantity }) => quantity)).toEqual(quantities)
      expect(written.transports.websocket?.memoryBytes === null).toBe(!hasGrown)
    },
  )
})
