import { styleText } from 'node:util'
import { capacity } from './figures/capacity.ts'
import { cellNameOf } from './figures/figure.ts'
import { pairName, spellVerdict } from './figures/paired.ts'
import { spellCrossover } from './figures/per-message.ts'
import { figure, fixed, interval, withUnit } from './format.ts'
import { METRICS, METRICS_OF, shown, shownModel, type MetricKey } from './metrics.ts'
import { overviewOf } from './overview.ts'
import { SCENARIOS, type Cell, type Report } from './schema.ts'
import { displayWidth, tableLines, tame, wrap, type Column, type Paint } from './terminal-table.ts'
import { en as texts } from './texts/en.ts'

export interface TerminalOptions {
  colour: boolean
  /** Columns. */
  width: number
}

type Style = 'bold' | 'dim'

/** No colours: bold for results, dim for secondary text. */
export const painter =
  (colour: boolean) =>
  (style: Style, words: string): string =>
    colour && words !== '' ? styleText(style, words, { validateStream: false }) : words

/** The report for a terminal: a table for each scenario, published results, self-checks, the overview and conclusions. */
export function renderTerminal(report: Report, { colour, width }: TerminalOptions): string {
  const paint = painter(colour)
  const room = Math.max(40, width)
  const head = (words: string): string[] => ['', paint('bold', words)]
  const item = (words: string, sign = '·'): string[] => {
    const [first = '', ...rest] = wrap(tame(words), room - 2, '')
    return [`${sign} ${first}`, ...rest.map((line) => `  ${line}`)]
  }
  const lines = [
    paint('bold', tame(`transport-playground benchmark, ${report.startedAt}`)),
    ...wrap(tame(machineLine(report)), room).map((line) => paint('dim', line)),
    ...SCENARIOS.flatMap((scenario) => {
      const cells = report.cells.filter((cell) => cell.scenario === scenario)
      if (cells.length === 0) return []
      const doubts = cells.filter(({ validity }) => !validity.valid)
      return [
        ...head(texts.scenarios[scenario]),
        ...scenarioTable(cells, METRICS_OF[scenario], room, paint),
        ...doubts.flatMap((cell) => item(`${cellNameOf(cell, texts)}: ${cell.validity.reasons.join('; ')}`, '◇')),
        ...(scenario === 'latency' ? comparisonLines(report, item) : []),
        ...(scenario === 'capacity' ? ['', ...checkTable(report, room, paint)] : []),
      ]
    }),
    ...(report.published.length > 0 ? head('comparison with published results') : []),
    ...report.published.flatMap(({ source, claim, ours, agrees }) => [
      ...item(
        `${source} (${texts.agreement[agrees === null ? 'unknown' : agrees ? 'yes' : 'no']})`,
        agrees === null ? '–' : agrees ? '●' : '◇',
      ),
      ...indented(`published: ${claim}`, room),
      ...indented(`measured here: ${ours}`, room),
    ]),
    ...head('self-checks'),
    ...(report.selfChecks.length === 0 ? item(texts.noChecks) : []),
    ...report.selfChecks.flatMap(({ name, expected, measured, ok }) =>
      item(`${name}: ${ok ? texts.holds : texts.fails}; expected ${expected}, measured ${measured}`, ok ? '●' : '◇'),
    ),
    ...overviewOf(report, texts).flatMap(({ title, table }) => [
      ...head(title),
      ...fitted(
        table.head.map((words, i) => ({ head: words, align: i === 0 ? 'left' : 'right' })),
        table.rows.map((row) => row.map(tame)),
        room,
        paint,
        (column) => (column === 0 ? 'bold' : null),
      ),
    ]),
    ...head('summary'),
    ...(report.conclusions.length === 0 ? item(texts.noConclusions) : []),
    ...report.conclusions.flatMap(({ en }) => item(en)),
    ...report.crossovers.flatMap((crossover) => item(spellCrossover(crossover, texts))),
    ...(report.missing.length > 0 ? [...head('missing'), ...report.missing.flatMap((one) => item(one, '◇'))] : []),
  ]
  return `${lines.join('\n')}\n`
}

function machineLine({ environment, parameters, durationS }: Report): string {
  const { node, cpu, cores, commit, network } = environment
  return `${parameters.profile}, ${fixed(durationS, 0)} s · Node ${node} · ${cores} × ${cpu} · ${commit} · ${network === 'namespace' ? 'network namespace' : 'host network: no wire bytes'}`
}

const indented = (words: string, room: number): string[] => wrap(tame(words), room - 4).map((line) => `    ${line}`)

const comparisonLines = ({ comparisons }: Report, item: (words: string, sign?: string) => string[]): string[] =>
  comparisons.flatMap((comparison) => {
    const { value, low = value, high = value } = comparison.medianDifference
    const around = interval(low, high)
    const text = `${pairName(comparison, texts)}: ${fixed(value, around.decimals)} ms (${around.low} to ${around.high}): ${spellVerdict(comparison, texts)}`
    return item(text, comparison.verdict === 'no difference shown' ? '◇' : '●')
  })

/** Predicted and measured loads that were not used for the fit. */
function checkTable(report: Report, room: number, paint: ReturnType<typeof painter>): string[] {
  const { head, rows } = capacity.table(report, texts)
  if (rows.length === 0) return []
  const columns = head.map((words, i): Column => ({ head: words, align: i < 2 ? 'left' : 'right' }))
  const tamed = rows.map((row) => row.map(tame))
  return fitted(columns, tamed, room, paint, (column) => (column === 0 || column === 4 ? 'bold' : null))
}

const COLUMNS: Column[] = [
  { head: '' },
  { head: '' },
  { head: 'measured', align: 'right' },
  { head: '95 % interval' },
  { head: 'model', align: 'right' },
  { head: 'valid' },
]

/** A row for each figure of each cell. */
function scenarioTable(
  cells: readonly Cell[],
  keys: readonly MetricKey[],
  room: number,
  paint: ReturnType<typeof painter>,
): string[] {
  const rows = cells.flatMap((cell) => rowsOf(cell, keys))
  const styleOf = (column: number) => (column === 3 ? 'dim' : column === 0 || column === 2 ? 'bold' : null)
  return fitted(COLUMNS, rows, room, paint, styleOf)
}

/** A table whose first column contains the row names. On a narrow terminal each name gets a separate line. */
function fitted(
  all: readonly Column[],
  rows: readonly string[][],
  room: number,
  paint: ReturnType<typeof painter>,
  styleOf: (column: number) => Style | null,
): string[] {
  const painted =
    (left: number): Paint =>
    (words, row, column) => {
      const style = row < 0 ? 'dim' : styleOf(column + left)
      return style ? paint(style, words) : words
    }
  const lines = tableLines(all, rows, painted(0))
  if (lines.every((line) => displayWidth(line) <= room)) return lines
  const [, ...columns] = all
  const narrow = tableLines(columns, rows.map(([, ...rest]) => rest), painted(1)) // prettier-ignore
  return narrow.flatMap((line, i) => {
    const name = i === 0 ? '' : (rows[i - 1]?.[0] ?? '')
    return [...(name === '' ? [] : wrap(name, room).map((part) => paint('bold', part))), line]
  })
}

function rowsOf(cell: Cell, keys: readonly MetricKey[]): string[][] {
  const name = tame(cellNameOf(cell, texts))
  const verdict = cell.validity.valid ? 'yes' : '◇ no'
  const found = keys.flatMap((key) => {
    const metric = METRICS[key]
    const estimate = metric.of(cell)
    if (!estimate) return []
    const { value, low, high, unit } = shown(metric, estimate)
    const around = low === undefined || high === undefined ? null : interval(low, high)
    const model = metric.model === undefined ? undefined : cell.model?.[metric.model]
    return [
      [
        texts.metrics[key],
        withUnit(around ? fixed(value, around.decimals) : figure(value), unit),
        around ? `${around.low} to ${around.high}` : '',
        model === undefined ? '' : figure(shownModel(metric, model)),
      ],
    ]
  })
  if (found.length === 0) return [[name, 'not measured', '', '', '', verdict]]
  return found.map((fields, i) => (i === 0 ? [name, ...fields, verdict] : ['', ...fields]))
}
