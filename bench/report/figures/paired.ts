import { exact, fixed } from '../format.ts'
import type { Comparison, Report } from '../schema.ts'
import type { Texts } from '../texts/en.ts'
import { along, linearAxis } from './axis.ts'
import { spellEstimate } from './cell-table.ts'
import { diamond, disc, line, text, textWidth, type Element } from './elements.ts'
import { nameOf, type Figure, type Panel } from './figure.ts'
import { INK } from './plot.ts'

/** Beside a difference of 100 ms one of 0.3 ms is a dot on the line: what is this much smaller gets an axis of its own. */
const APART = 20
const NARROW = 500

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

function panel(group: readonly Comparison[], all: readonly Comparison[], texts: Texts, width: number): Panel {
  const ends = group.flatMap(({ medianDifference: { value, low = value, high = value } }) => [low, high])
  const isNarrow = width < NARROW
  const x = linearAxis(texts.axes.difference, ends, isNarrow ? 4 : 6)
  // The same margins in both panels, so that their axes stand one under the other.
  const widest = (spell: (one: Comparison) => string) =>
    Math.ceil(Math.max(...all.map((one) => textWidth(spell(one), 12))))
  const left = isNarrow ? 12 : widest((one) => pairName(one, texts)) + 20
  const right = isNarrow ? 14 : widest((one) => spellVerdict(one, texts)) + 18
  const row = isNarrow ? 62 : 32
  const [top, bottom] = [6, 46]
  const height = top + group.length * row + bottom
  const px = (value: number) => left + along(x, value) * (width - left - right)
  const elements: Element[] = [
    text(x.name, width - right, height - 10, { color: INK.soft, size: 11, align: 'right' }),
    line([[px(0), top], [px(0), height - bottom]], { color: INK.quiet, width: 1.5 }),
  ] // prettier-ignore
  group.forEach((comparison, i) => {
    const { value, low = value, high = value } = comparison.medianDifference
    const y = top + i * row + (isNarrow ? 46 : row / 2)
    const words = isNarrow ? y - 35 : y
    const style = { color: INK.strong, size: 12, weight: 600, hasHalo: isNarrow }
    const said = spellVerdict(comparison, texts)
    elements.push(
      isNarrow
        ? text(pairName(comparison, texts), 0, words, style)
        : text(pairName(comparison, texts), left - 12, words, { ...style, align: 'right' }),
      isNarrow
        ? text(said, 0, words + 16, { color: INK.soft, size: 12, hasHalo: true })
        : text(said, width - right + 14, words, { color: INK.soft, size: 12 }),
      line([[px(low), y], [px(high), y]], { color: INK.strong, width: 2, z: 4 }),
      line([[px(low), y - 5], [px(low), y + 5]], { color: INK.strong, width: 1.5, z: 4 }),
      line([[px(high), y - 5], [px(high), y + 5]], { color: INK.strong, width: 1.5, z: 4 }),
      comparison.verdict === 'no difference shown' ? diamond(px(value), y, 6.5) : disc(px(value), y, 4.5),
    ) // prettier-ignore
  })
  const ticks = x.ticks.map((tick) => along(x, tick))
  const spellShare = (share: number) => x.spell(x.ticks[ticks.findIndex((at) => Math.abs(at - share) < 1e-6)] ?? 0)
  const bare = { axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } }
  return {
    width,
    height,
    label: texts.figures.paired.title,
    option: {
      grid: { left, right, top, bottom },
      xAxis: {
        ...bare,
        type: 'value',
        min: 0,
        max: 1,
        axisTick: { show: false, customValues: ticks },
        splitLine: { show: true, lineStyle: { color: INK.line } },
        axisLabel: { customValues: ticks, formatter: spellShare, color: INK.quiet, fontSize: 11, hideOverlap: true },
      },
      yAxis: { ...bare, type: 'value', min: 0, max: 1, axisLabel: { show: false } },
      series: [],
      graphic: { elements },
    },
  }
}

/** From many publishes, each of which gave one difference: what the machine did meanwhile falls out. */
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
