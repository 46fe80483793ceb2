import { signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type UPlot from 'uplot'
import type { TransportName } from '../../../protocol.ts'
import { PLOT_MS } from '../../measure/meter-model.ts'
import { isDark } from '../../browser/theme.ts'

/** One value at one time, of one transport. */
export interface Sample {
  at: number
  value: number
  transport: TransportName
  /** Drawn as a ring. */
  isMarked?: boolean
}

interface TimePlotProps {
  /** ms since the epoch: the right edge. The left edge is a minute before. */
  now: number
  /** By time. */
  samples: readonly Sample[]
  /** Of the scale, which begins at 0. */
  most: number
  /** Pixels. */
  size: { width: number; height: number }
  as: 'curve' | 'dots'
  /** A description; without one, the plot is hidden from screen readers. */
  label?: string
  className: string
}

/** Loaded after the first paint. It fails to load where Intl does not know the browser's language: only figures are shown then. */
const library = signal<typeof UPlot | null>(null)
import('uplot').then(
  (module) => (library.value = module.default),
  () => undefined,
)

/** Values further apart than this are not joined: there was no reading in between. */
const GAP_MS = 3000
const DOT_PX = 4

/** The last minute of a measurement, each transport in its hue. */
export function TimePlot({ now, samples, most, size, as, label, className }: TimePlotProps) {
  const frame = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | null>(null)
  /** Indices of the samples that are drawn as rings. */
  const marked = useRef<ReadonlySet<number>>(new Set())
  const { width, height } = size
  const names = [...new Set(samples.map(({ transport }) => transport))]
  const key = names.join()
  const dark = isDark.value
  const Plot = library.value

  // The series are fixed when a plot is made; hues are read from the page, whose theme may change.
  useEffect(() => {
    const element = frame.current
    if (!element || !Plot) return
    const made = new Plot(
      optionsFor(names, as, element, size, () => marked.current),
      undefined,
      element,
    )
    plot.current = made
    return () => {
      made.destroy()
      plot.current = null
    }
  }, [Plot, key, as, dark])

  useEffect(() => plot.current?.setSize({ width, height }), [width, height])

  useEffect(() => {
    const shown = plot.current
    if (!shown) return
    marked.current = new Set(samples.flatMap(({ isMarked }, index) => (isMarked ? [index] : [])))
    shown.batch(() => {
      shown.setData(columnsOf(samples, names, as), false)
      shown.setScale('x', { min: now - PLOT_MS, max: now })
      shown.setScale('y', { min: 0, max: most })
    })
  }, [Plot, now, samples, key, most, as, dark, width, height])

  return (
    <div
      ref={frame}
      class={className}
      style={{ width: `${width}px`, height: `${height}px` }}
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
    />
  )
}

/** A column for the times and one for each transport, with null where another transport was in use. */
function columnsOf(
  samples: readonly Sample[],
  names: readonly TransportName[],
  as: TimePlotProps['as'],
): UPlot.AlignedData {
  const times: number[] = []
  const columns = names.map((): (number | null)[] => [])
  let last: Sample | null = null
  for (const sample of samples) {
    if (as === 'curve' && last && sample.at - last.at > GAP_MS) {
      times.push(last.at + 1)
      for (const column of columns) column.push(null)
    }
    times.push(sample.at)
    for (const [index, column] of columns.entries())
      column.push(names[index] === sample.transport ? sample.value : null)
    last = sample
  }
  return [times, ...columns]
}

function optionsFor(
  names: readonly TransportName[],
  as: TimePlotProps['as'],
  element: HTMLElement,
  size: TimePlotProps['size'],
  marked: () => ReadonlySet<number>,
): UPlot.Options {
  const isCurve = as === 'curve'
  const hues = names.map((name) => hueOf(name, element))
  return {
    ...size,
    ms: 1,
    padding: isCurve ? [2, 2, 1, 0] : [0, 0, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: { x: { time: false, auto: false }, y: { auto: false } },
    series: [
      {},
      ...hues.map((hue) => ({
        stroke: hue,
        width: isCurve ? 1.6 : 0,
        ...(isCurve ? {} : { paths: () => null }),
        points: { show: false },
      })),
    ],
    hooks: isCurve ? {} : { drawSeries: [(plot, index) => drawDots(plot, index, hues[index - 1] ?? '', marked())] },
  }
}

/** Each dot is a separate path: thousands of arcs in one path, as the library draws, take eight times as long. */
function drawDots(plot: UPlot, index: number, hue: string, marked: ReadonlySet<number>): void {
  const { ctx, data } = plot
  const radius = (DOT_PX / 2) * devicePixelRatio
  ctx.fillStyle = hue
  ctx.strokeStyle = hue
  ctx.lineWidth = devicePixelRatio
  for (const [i, at] of data[0].entries()) {
    const value = data[index]?.[i] ?? null
    if (value === null) continue
    ctx.beginPath()
    ctx.arc(plot.valToPos(at, 'x', true), plot.valToPos(value, 'y', true), radius, 0, 2 * Math.PI)
    if (marked.has(i)) ctx.stroke()
    else ctx.fill()
  }
}

/** The computed colour of a transport: a canvas does not accept a custom property. */
function hueOf(name: TransportName, element: HTMLElement): string {
  const probe = document.createElement('i')
  probe.dataset['transport'] = name
  probe.style.color = 'var(--hue-line)'
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
