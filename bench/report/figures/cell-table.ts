import { figure, fixed, interval, withUnit } from '../format.ts'
import { METRICS, shown, shownModel, variantOf, type MetricKey } from '../metrics.ts'
import type { Cell, Estimate } from '../schema.ts'
import type { Texts } from '../texts/en.ts'
import { doubt, nameOf, type Table } from './figure.ts'

/** A row for each cell, a column for each metric that any of them has; intervals and the model's figure within the field. */
export function cellTable(cells: readonly Cell[], keys: readonly MetricKey[], texts: Texts, isByRate = false): Table {
  const used = keys.filter((key) => cells.some((cell) => METRICS[key].of(cell)))
  return {
    head: [
      texts.table.what,
      ...(isByRate ? [texts.table.rate] : []),
      ...used.map((key) => `${texts.metrics[key]}${unitNote(key)}`),
    ],
    rows: cells.map((cell) => [
      nameOf(isByRate ? cell.subject : variantOf(cell), texts) + doubt(cell),
      ...(isByRate ? [figure(cell.ratePerS)] : []),
      ...used.map((key) => field(cell, key, texts)),
    ]),
  }
}

const unitNote = (key: MetricKey): string => {
  const unit = METRICS[key].shown?.unit ?? METRICS[key].unit
  return unit === '' || unit === '/s' ? '' : `, ${withUnit('', unit).trim()}`
}

function field(cell: Cell, key: MetricKey, texts: Texts): string {
  const metric = METRICS[key]
  const estimate = metric.of(cell)
  if (!estimate) return texts.table.notMeasured
  const model = metric.model === undefined ? undefined : cell.model?.[metric.model]
  const { value, ...rest } = shown(metric, estimate)
  const predicted = model === undefined ? '' : `; ${texts.table.model} ${figure(shownModel(metric, model))}`
  return `${spellEstimate({ value, ...rest }, texts.table.to)}${predicted}`
}

/** 101 (98 to 104), with as many decimals as the interval. */
export function spellEstimate({ value, low, high }: Estimate, to: string): string {
  // An interval narrower than the figure's own digits would be printed with digits that were not measured.
  if (low === undefined || high === undefined || high - low < Math.abs(value) * 1e-3) return figure(value)
  const around = interval(low, high)
  return `${fixed(value, around.decimals)} (${around.low}${to}${around.high})`
}
