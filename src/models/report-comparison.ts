import {
  CELL_FIGURES,
  type Estimate,
  type FigureKey,
  type FigureUnit,
  type ReportCell,
  type ReportFacts,
} from './report-cells.ts'

/**
 * Counts and bytes are equal on every machine, so differences up to 2 % are negligible. Times vary from run to run: without an
 * interval a difference must exceed the usual variation.
 */
const COMPARED: readonly { key: FigureKey; negligible: number; withoutInterval: number }[] = [
  { key: 'bytesPerMessage', negligible: 0.02, withoutInterval: 0.02 },
  { key: 'wireBytesPerMessage', negligible: 0.02, withoutInterval: 0.02 },
  { key: 'requestsPerMessage', negligible: 0.02, withoutInterval: 0.02 },
  { key: 'p50', negligible: 0, withoutInterval: 0.15 },
  { key: 'cpuPerDelivery', negligible: 0, withoutInterval: 0.25 },
  { key: 'memoryPerClient', negligible: 0, withoutInterval: 0.1 },
]

/** Relative difference of two rates that still count as the same load: arrivals are random. */
const SAME_RATE = 0.2

export type ComparisonVerdict = 'no difference' | 'a is lower' | 'b is lower' | 'not comparable'

export interface ComparedRow {
  cell: string
  metric: FigureKey
  unit: FigureUnit
  a: Estimate
  b: Estimate
  /** b − a, with a 95 % interval where both have one. */
  difference: Estimate
  /** b ÷ a − 1; null where a is 0. */
  relative: number | null
  verdict: ComparisonVerdict
  /** The reason for the verdict, in words. */
  because: string
}

export interface Setting {
  name: string
  a: string
  b: string
}

export interface ReportComparison {
  rows: ComparedRow[]
  machine: Setting[]
  parameters: Setting[]
  onlyInA: string[]
  onlyInB: string[]
  /** Rows whose verdict is not "not comparable". */
  compared: number
  differences: number
}

/** The differences between two reports, cell by cell. Cells that are not valid or have different conditions are not compared. */
export function compareReports(a: ReportFacts, b: ReportFacts): ReportComparison {
  const inB = new Map(b.cells.map((cell) => [cell.id, cell]))
  const inA = new Set(a.cells.map(({ id }) => id))
  const conditions = conditionsOf(a, b)
  const rows = a.cells.flatMap((cell) => {
    const other = inB.get(cell.id)
    return other ? rowsOf(cell, other, [...conditions, ...unlike(cell, other)]) : []
  })
  const judged = rows.filter(({ verdict }) => verdict !== 'not comparable')
  return {
    rows,
    machine: settings(a.environment, b.environment, MACHINE),
    parameters: settings(
      a.parameters,
      b.parameters,
      Object.keys({ ...a.parameters, ...b.parameters }) as (keyof ReportFacts['parameters'])[],
    ),
    onlyInA: a.cells.filter(({ id }) => !inB.has(id)).map(({ id }) => id),
    onlyInB: b.cells.filter(({ id }) => !inA.has(id)).map(({ id }) => id),
    compared: judged.length,
    differences: judged.filter(({ verdict }) => verdict !== 'no difference').length,
  }
}

const MACHINE = ['node', 'platform', 'cpu', 'cores', 'memoryBytes', 'network', 'commit'] as const

function settings<T extends object>(a: T, b: T, names: readonly (keyof T & string)[]): Setting[] {
  return names
    .filter((name) => String(a[name]) !== String(b[name]))
    .map((name) => ({ name, a: String(a[name]), b: String(b[name]) }))
}

/** Parameters that change all cells but are not fields of a cell. */
function conditionsOf({ parameters: a }: ReportFacts, { parameters: b }: ReportFacts): string[] {
  return (['headers', 'arrivals'] as const)
    .filter((name) => a[name] !== b[name])
    .map((name) => `${name}: ${a[name]} against ${b[name]}`)
}

function unlike(a: ReportCell, b: ReportCell): string[] {
  const names = ['client', 'loop', 'clients', 'intervalMs', 'holdMs', 'rttMs', 'payloadBytes'] as const
  const reasons = names
    .filter((name) => a[name] !== b[name])
    .map((name) => `${name}: ${a[name] ?? 'none'} against ${b[name] ?? 'none'}`)
  const faster = Math.max(a.ratePerS, b.ratePerS)
  if (faster > 0 && Math.abs(a.ratePerS - b.ratePerS) / faster > SAME_RATE) {
    reasons.push(`rate: ${a.ratePerS.toPrecision(3)}/s against ${b.ratePerS.toPrecision(3)}/s`)
  }
  if (!a.validity.valid) reasons.push(`not valid in A: ${a.validity.reasons.join('; ')}`)
  if (!b.validity.valid) reasons.push(`not valid in B: ${b.validity.reasons.join('; ')}`)
  return reasons
}

function rowsOf(cell: ReportCell, other: ReportCell, reasons: readonly string[]): ComparedRow[] {
  return COMPARED.flatMap(({ key, ...limits }) => {
    const { unit, of } = CELL_FIGURES[key]
    const [a, b] = [of(cell), of(other)]
    if (!a || !b || (a.value === 0 && b.value === 0)) return []
    const judged =
      reasons.length > 0 ? { verdict: 'not comparable' as const, because: reasons.join('; ') } : judge(a, b, limits)
    const relative = a.value === 0 ? null : b.value / a.value - 1
    return [{ cell: cell.id, metric: key, unit, a, b, difference: differenceOf(a, b), relative, ...judged }]
  })
}

interface Limits {
  negligible: number
  withoutInterval: number
}

function judge(
  a: Estimate,
  b: Estimate,
  { negligible, withoutInterval }: Limits,
): Pick<ComparedRow, 'verdict' | 'because'> {
  const share = Math.abs(b.value - a.value) / Math.max(Math.abs(a.value), Math.abs(b.value))
  const none = (because: string) => ({ verdict: 'no difference', because }) as const
  const lower = (because: string) => ({ verdict: a.value < b.value ? 'a is lower' : 'b is lower', because }) as const
  if (share === 0) return none('equal')
  if (share < negligible) return none(`less than ${negligible * 100} % apart`)
  const [ofA, ofB] = [intervalOf(a), intervalOf(b)]
  if (ofA && ofB) {
    const doOverlap = ofA.low <= ofB.high && ofB.low <= ofA.high
    return doOverlap ? none('the intervals overlap') : lower('the intervals do not overlap')
  }
  const limit = `${withoutInterval * 100} % apart; no interval`
  return share < withoutInterval ? none(`less than ${limit}`) : lower(`more than ${limit}`)
}

const intervalOf = ({ low, high }: Estimate) => (low === undefined || high === undefined ? null : { low, high })

/**
 * b − a. The interval of a difference of two independent estimates from their own intervals, which need not be symmetric:
 * Zou and Donner's MOVER (Statistics in Medicine 27, 2008).
 */
function differenceOf(a: Estimate, b: Estimate): Estimate {
  const value = b.value - a.value
  const [ofA, ofB] = [intervalOf(a), intervalOf(b)]
  if (!ofA || !ofB) return { value }
  return {
    value,
    low: value - Math.hypot(b.value - ofB.low, ofA.high - a.value),
    high: value + Math.hypot(ofB.high - b.value, a.value - ofA.low),
  }
}
