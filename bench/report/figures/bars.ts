import type { EChartsCoreOption } from 'echarts/core'
import { markOf, type Mark } from '../marks.ts'
import { along, type Axis } from './axis.ts'
import { rect, text, textWidth, type Element } from './elements.ts'
import { INK } from './plot.ts'

export type Texture = 'headers' | 'framing' | 'payload' | 'tcpIp'

export interface Bar {
  subject: string
  name: string
  /** At its end: the whole, with its unit. */
  label: string
  parts: readonly { value: number; texture: Texture }[]
}

/** Header = tint, framing = hatch, payload = solid, as on the page; TCP/IP = dotted. */
export const fillOf = (texture: Texture, { hue, tint, name }: Mark): string =>
  ({ headers: tint, framing: `url(#hatch-${name})`, payload: hue, tcpIp: `url(#dots-${name})` })[texture]

const NARROW = 500
const BAR = 18

export interface Bars {
  option: EChartsCoreOption
  height: number
}

/** Lying bars from 0. On a phone the name stands above its bar. */
export function bars(all: readonly Bar[], x: Axis, width: number): Bars {
  const isNarrow = width < NARROW
  const row = isNarrow ? 46 : 34
  const left = isNarrow ? 6 : Math.ceil(Math.max(...all.map(({ name }) => textWidth(name, 12)))) + 20
  const right = Math.ceil(Math.max(...all.map(({ label }) => textWidth(label, 12)))) + 14
  const [top, bottom] = [6, 46]
  const height = top + all.length * row + bottom
  const px = (value: number) => left + along(x, value) * (width - left - right)
  const elements: Element[] = [text(x.name, width - right, height - 10, { color: INK.soft, size: 11, align: 'right' })]
  all.forEach(({ subject, name, label, parts }, i) => {
    const mark = markOf(subject)
    const start = top + i * row
    const y = isNarrow ? start + 22 : start + (row - BAR) / 2
    elements.push(
      isNarrow
        ? text(name, left, start + 12, { color: mark.ink, size: 12, weight: 600 })
        : text(name, left - 12, y + BAR / 2, { color: mark.ink, size: 12, weight: 600, align: 'right' }),
    )
    let from = 0
    for (const { value, texture } of parts) {
      const [a, b] = [px(from), px(from + Math.max(0, value))]
      elements.push(rect(a, y, Math.max(b - a, 0.5), BAR, fillOf(texture, mark), mark.line))
      from += Math.max(0, value)
    }
    elements.push(text(label, px(from) + 8, y + BAR / 2, { color: INK.strong, size: 12, weight: 600 }))
  })
  const ticks = x.ticks.map((value) => along(x, value))
  const spellShare = (share: number) => x.spell(x.ticks[ticks.findIndex((at) => Math.abs(at - share) < 1e-6)] ?? 0)
  return {
    height,
    option: {
      grid: { left, right, top, bottom },
      xAxis: {
        type: 'value',
        min: 0,
        max: 1,
        axisLine: { show: false },
        axisTick: { show: false, customValues: ticks },
        splitLine: { show: true, lineStyle: { color: INK.line } },
        axisLabel: { customValues: ticks, formatter: spellShare, color: INK.quiet, fontSize: 11, hideOverlap: true },
      },
      yAxis: {
        type: 'value',
        show: true,
        min: 0,
        max: 1,
        axisLine: { show: true, lineStyle: { color: 'var(--line-strong)' } },
        axisTick: { show: false },
        axisLabel: { show: false },
        splitLine: { show: false },
      },
      series: [],
      graphic: { elements },
    },
  }
}
