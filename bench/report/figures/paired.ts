import { isNarrow, rows, type Row } from '../drawing/rows.ts'
import { linearAxis } from '../drawing/scales.ts'
import { diamond, disc, INK, line } from '../drawing/svg.ts'
import { exact, fixed } from '../format.ts'
import type { Comparison, Report } from '../schema.ts'
import type { Texts } from '../texts/en.ts'
import { spellEstimate } from './cell-table.ts'
import { nameOf, type Figure, type Panel } from './figure.ts'

/** Beside a difference of 100 ms one of 0.3 ms is a dot on the line: differences this many times smaller get a second axis. */
const APART = 20

function reach({ medianDifference: { value, low = value, high = value } }: Comparison): number {
  return Math.max(Math.abs(value), Math.abs(low), Math.abs(high))
}

/** Largest first; split where the next is far smaller. */
function groups(comparisons: readonly Comparison[]): Comparison[][] {
  const sorted = [...comparisons].sort((a, b) => reach(b) - reach(a))
  const first = sorted[0] ? reach(sorted[0]) : 0
  const large = sorted.filter((one) => reach(one) * APART >= first)
  const small = sorted.filter((one) => reach(one) * APART < first)
  return [large, small].filter((group) => group.length > 0)
}

export const pairName = ({ a, b }: Comparison, texts: Texts): string => `${nameOf(a, texts)} − ${nameOf(b, texts)}`

export function spellVerdict({ a, b, verdict, metric }: Comparison, { verdicts, ...texts }: Texts): string {
  if (verdict === 'no difference shown') return verdicts.none
  const lower = nameOf(verdict === 'a is lower' ? a : b, { verdicts, ...texts })
  return metric === 'latencyMs' ? verdicts.faster(lower) : verdicts.lower(lower)
}

/** A row: the interval as a line between two stops, and the median as a disc or a diamond. */
const rowOf = (comparison: Comparison, texts: Texts): Row => ({
  name: pairName(comparison, texts),
  color: INK.strong,
  verdict: spellVerdict(comparison, texts),
  draw(px, y) {
    const { value, low = value, high = value } = comparison.medianDifference
    const stop = (end: number) => line([[px(end), y - 5], [px(end), y + 5]], { color: INK.strong, width: 1.5 })
    const interval = line([[px(low), y], [px(high), y]], { color: INK.strong, width: 2 })
    const isShown = comparison.verdict !== 'no difference shown'
    return interval + stop(low) + stop(high) + (isShown ? disc(px(value), y, 5) : diamond(px(value), y, 6.5))
  },
}) // prettier-ignore

function panel(group: readonly Comparison[], all: readonly Comparison[], texts: Texts, width: number): Panel {
  const ends = group.flatMap(({ medianDifference: { value, low = value, high = value } }) => [low, high])
  const drawing = rows({
    rows: group.map((one) => rowOf(one, texts)),
    alike: all.map((one) => rowOf(one, texts)),
    x: linearAxis(texts.axes.difference, ends, isNarrow(width) ? 4 : 6),
    width,
  })
  return { ...drawing, label: texts.figures.paired.title }
}

/** From many publishes, each of which gave one difference: what the machine did at the same time cancels. */
export const paired: Figure = {
  id: 'paired',
  panels: ({ comparisons }, texts, { full }) =>
    groups(comparisons).map((group, i, all) => ({
      ...panel(group, comparisons, texts, full),
      ...(all.length > 1 ? { title: i === 0 ? texts.largeDifferences : texts.smallDifferences } : {}),
    })),
  table: ({ comparisons }: Report, texts) => ({
    head: [
      texts.table.pair,
      `${texts.table.medianDifference}, ms`,
      texts.table.cliffsDelta,
      texts.table.replicates,
      texts.table.verdict,
    ],
    rows: comparisons.map((comparison) => [
      pairName(comparison, texts),
      spellEstimate(comparison.medianDifference, texts.table.to),
      fixed(comparison.cliffsDelta, 2),
      comparison.medianDifference.replicates === undefined ? '' : exact(comparison.medianDifference.replicates),
      spellVerdict(comparison, texts),
    ]),
  }),
}
