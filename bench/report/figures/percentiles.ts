import { METRICS_OF, variantOf } from '../metrics.ts'
import type { Cell } from '../schema.ts'
import type { Texts } from '../texts/en.ts'
import { axisFor, type Axis } from './axis.ts'
import { cellTable } from './cell-table.ts'
import { cellsOf, doubt, nameOf, type Figure, type Panel } from './figure.ts'
import { plot } from './plot.ts'

const TICKS = [0, 50, 90, 99, 99.9, 99.99]

/** Each step to the right leaves a tenth of the deliveries: 1 / (1 − p). */
const rarity = (percentile: number): number => 1 / (1 - percentile / 100)

/** A percentile that less than one delivery lies beyond says nothing. */
const pointsOf = ({ latencyMs }: Cell): [number, number][] =>
  (latencyMs?.percentiles ?? []).filter(([p]) => p < 100 && (1 - p / 100) * (latencyMs?.n ?? 0) >= 0.999)

function panel(cells: readonly Cell[], texts: Texts, width: number, isHalf: boolean): Panel {
  const drawn = cells.filter((cell) => pointsOf(cell).length > 1)
  const all = drawn.flatMap(pointsOf)
  const x: Axis = {
    name: texts.axes.percentile,
    min: 1,
    max: rarity(Math.max(90, ...all.map(([p]) => p))),
    isLog: true,
    ticks: TICKS.map(rarity),
    spell: (value) => `${TICKS.find((p) => Math.abs(rarity(p) / value - 1) < 1e-6) ?? ''} %`,
  }
  const y = axisFor(
    texts.axes.latency,
    all.map(([, ms]) => ms),
  )
  const curves = drawn.map((cell) => ({
    subject: cell.subject,
    points: pointsOf(cell).map(([p, ms]) => [rarity(p), ms] as const),
    label: nameOf(cell.subject, texts) + doubt(cell),
    style: 'measured' as const,
  }))
  const height = isHalf ? 300 : Math.min(400, Math.max(320, width * 0.5))
  const option = plot({ width, height, x, y, curves, notValid: texts.notValid })
  return { option, width, height, isHalf, label: texts.figures.percentiles.title }
}

export const percentiles: Figure = {
  id: 'percentiles',
  panels: (report, texts, { full }) => {
    const cells = cellsOf(report, 'latency').filter((cell) => pointsOf(cell).length > 1)
    return cells.length > 0 ? [panel(cells, texts, full, false)] : []
  },
  table: (report, texts) => cellTable(cellsOf(report, 'latency'), ['p50', 'p90', 'p99', 'p999', 'max'], texts),
}

export const roundTrip: Figure = {
  id: 'roundTrip',
  panels: (report, texts, { half }) => {
    const cells = cellsOf(report, 'rtt').filter((cell) => cell.client !== 'project' && pointsOf(cell).length > 1)
    const trips = [...new Set(cells.map(({ rttMs = 0 }) => rttMs))].sort((a, b) => a - b)
    return trips.map((trip) => ({
      ...panel(
        cells.filter(({ rttMs = 0 }) => rttMs === trip),
        texts,
        half,
        true,
      ),
      title: texts.roundTripOf(trip),
      label: `${texts.figures.roundTrip.title}: ${texts.roundTripOf(trip)}`,
    }))
  },
  table: (report, texts) => {
    const cells = cellsOf(report, 'rtt')
    const { head, rows } = cellTable(cells, METRICS_OF.rtt, texts)
    return { head, rows: rows.map(([, ...rest], i) => [spellLink(cells[i], texts), ...rest]) }
  },
}

function spellLink(cell: Cell | undefined, texts: Texts): string {
  if (!cell) return ''
  const isOwn = variantOf(cell).endsWith('/project') || cell.client === 'project'
  const trip = cell.rttMs === undefined ? [] : [texts.roundTripOf(cell.rttMs)]
  return (
    [nameOf(cell.subject, texts), ...trip, ...(isOwn ? [texts.variants.project] : [])].join(texts.comma) + doubt(cell)
  )
}
