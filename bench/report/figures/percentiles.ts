import type { Curve } from '../drawing/curves.ts'
import { plot } from '../drawing/plot.ts'
import { axisFor, type Axis } from '../drawing/scales.ts'
import type { Drawing } from '../drawing/svg.ts'
import { METRICS_OF, variantOf } from '../metrics.ts'
import type { Cell } from '../schema.ts'
import type { Texts } from '../texts/en.ts'
import { cellTable } from './cell-table.ts'
import { cellsOf, doubt, nameOf, type Figure } from './figure.ts'

const TICKS = [0, 50, 90, 99, 99.9, 99.99]

/** Each step to the right leaves a tenth of the deliveries: 1 / (1 − p). */
const rarity = (percentile: number): number => 1 / (1 - percentile / 100)

/** Without the percentiles that less than one delivery is beyond: they say nothing. */
const pointsOf = ({ latencyMs }: Cell): [number, number][] =>
  (latencyMs?.percentiles ?? []).filter(([p]) => p < 100 && (1 - p / 100) * (latencyMs?.n ?? 0) >= 0.999)

function panel(cells: readonly Cell[], texts: Texts, width: number, height: number): Drawing {
  const curves = cells.map((cell): Curve => ({
    subject: cell.subject,
    points: pointsOf(cell).map(([p, ms]) => ({ x: rarity(p), y: ms })),
    label: nameOf(cell.subject, texts) + doubt(cell),
    style: 'measured',
  }))
  const points = curves.flatMap((curve) => curve.points)
  const x: Axis = {
    name: texts.axes.percentile,
    min: 1,
    max: Math.max(rarity(90), ...points.map((point) => point.x)),
    isLog: true,
    ticks: TICKS.map(rarity),
    spell: (value) => `${TICKS.find((p) => Math.abs(rarity(p) / value - 1) < 1e-6) ?? ''} %`,
  }
  const y = axisFor(texts.axes.latency, points.map((point) => point.y)) // prettier-ignore
  return plot({ width, height, x, y, curves, texts })
}

/** Cells of which more than one point is known. */
const drawn = (cells: readonly Cell[]): Cell[] => cells.filter((cell) => pointsOf(cell).length > 1)

export const percentiles: Figure = {
  id: 'percentiles',
  panels: (report, texts, { full }) => {
    const cells = drawn(cellsOf(report, 'latency'))
    const height = Math.min(400, Math.max(320, full * 0.5))
    return cells.length > 0 ? [{ ...panel(cells, texts, full, height), label: texts.figures.percentiles.title }] : []
  },
  table: (report, texts) => cellTable(cellsOf(report, 'latency'), ['p50', 'p90', 'p99', 'p999', 'max'], texts),
}

export const roundTrip: Figure = {
  id: 'roundTrip',
  panels: (report, texts, { half }) => {
    const cells = drawn(cellsOf(report, 'rtt')).filter(({ client }) => client !== 'project')
    const trips = [...new Set(cells.map(({ rttMs = 0 }) => rttMs))].sort((a, b) => a - b)
    return trips.map((trip) => {
      const own = cells.filter(({ rttMs = 0 }) => rttMs === trip)
      const title = texts.roundTripOf(trip)
      return {
        ...panel(own, texts, half, 300),
        isHalf: true,
        title,
        label: `${texts.figures.roundTrip.title}: ${title}`,
      }
    })
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
