import type { ReportComparison, ComparedRow, Setting } from '../../src/models/report-comparison.ts'
import { figure, fixed, interval, signed, THIN_SPACE, withUnit } from './format.ts'
import { METRICS, shown } from './metrics.ts'
import type { Estimate } from './schema.ts'
import { painter, type TerminalOptions } from './terminal.ts'
import { tableLines, tame, wrap, type Column } from './terminal-table.ts'
import { en as texts } from './texts/en.ts'

const COLUMNS: Column[] = [
  { head: 'cell' },
  { head: 'metric' },
  { head: 'A', align: 'right' },
  { head: 'B', align: 'right' },
  { head: 'B − A', align: 'right' },
  { head: '%', align: 'right' },
  { head: 'verdict' },
]

/** Differences first, then equal figures, figures that are not comparable with the reasons, and differences between the machines. */
export function renderComparison(comparison: ReportComparison, { colour, width }: TerminalOptions): string {
  const paint = painter(colour)
  const { rows, machine, parameters, onlyInA, onlyInB, compared, differences } = comparison
  const room = Math.max(40, width)
  const judged = rows.filter(({ verdict }) => verdict !== 'not comparable')
  const different = judged.filter(({ verdict }) => verdict !== 'no difference')
  const same = judged.filter(({ verdict }) => verdict === 'no difference')
  const section = (name: string, all: readonly ComparedRow[]): string[] =>
    all.length === 0
      ? []
      : [
          '',
          paint('bold', `${name} (${all.length})`),
          ...tableLines(COLUMNS, all.map(fieldsOf), (words, row) => (row < 0 ? paint('dim', words) : words)),
        ]
  const list = (name: string, all: readonly string[]): string[] =>
    all.length === 0
      ? []
      : [
          '',
          paint('bold', name),
          ...all.flatMap((one) => wrap(tame(one), room - 2, '').map((line, i) => `${i === 0 ? '·' : ' '} ${line}`)),
        ]
  const lines = [
    paint('bold', summary(compared, differences)),
    ...section('differences', different),
    ...section('no difference shown', same),
    ...list('not comparable', notComparable(rows)),
    ...list('the machines differ, which may change times and CPU', machine.map(spellSetting)),
    ...list('the parameters differ', parameters.map(spellSetting)),
    ...list('only in A', onlyInA),
    ...list('only in B', onlyInB),
  ]
  return `${lines.join('\n')}\n`
}

function summary(compared: number, differences: number): string {
  if (compared === 0) return 'Not comparable: the reports have no valid cell under the same conditions in common.'
  return differences === 0
    ? `No difference shown in ${compared} figures.`
    : `${differences} of ${compared} figures differ.`
}

const spellSetting = ({ name, a, b }: Setting): string => `${name}: ${a} | ${b}`

/** All figures of a cell have the same reason, which is printed once. */
function notComparable(rows: readonly ComparedRow[]): string[] {
  const all = rows.filter(({ verdict }) => verdict === 'not comparable')
  return [...new Map(all.map(({ cell, because }) => [cell, because]))].map(([cell, because]) => `${cell}: ${because}`)
}

function fieldsOf({ cell, metric: key, a, b, difference, relative, verdict, because }: ComparedRow): string[] {
  const metric = METRICS[key]
  const [ofA, ofB, between] = [a, b, difference].map((estimate) => shown(metric, estimate))
  return [
    tame(cell),
    texts.metrics[key],
    ofA ? withUnit(spell(ofA), ofA.unit) : '',
    ofB ? withUnit(spell(ofB), ofB.unit) : '',
    between ? spellDifference(between) : '',
    relative === null ? '' : `${signed(relative * 100, 2)}${THIN_SPACE}%`,
    `${verdict === 'no difference' ? '○' : '●'} ${verdict.replace(/^[ab]/, (letter) => letter.toUpperCase())}: ${because}`,
  ]
}

const spell = ({ value, low, high }: Estimate): string =>
  low === undefined || high === undefined ? figure(value) : fixed(value, interval(low, high).decimals)

function spellDifference({ value, low, high }: Estimate): string {
  if (low === undefined || high === undefined) return signed(value)
  const around = interval(low, high)
  return `${value > 0 ? '+' : ''}${fixed(value, around.decimals)} (${around.low} to ${around.high})`
}
