import type { Axis } from '../../lessons/axes.ts'

/** Places of values in a chart, in px. */
export interface Scales {
  x: (value: number) => number
  y: (value: number) => number
  yAxis: Axis
  width: number
  height: number
  /** The right end of the x axis, and the height of the x axis. */
  right: number
  foot: number
  /** Rows of texts under the x axis. */
  rows: 1 | 2
}
