/** The visible time, and the size of the drawing. Time runs down; the end is at the foot. */
export interface View {
  /** Pixels. */
  width: number
  height: number
  /** The page's clock at the foot, in ms. */
  endAt: number
  /** ms from top to foot. */
  spanMs: number
}

/** Room for the captions, and below the end. */
const TOP = 36
const FOOT = 10
/** Below this width there is less room for words. */
const NARROW = 400

export interface Scale {
  /** Of the two lifelines. */
  client: number
  server: number
  top: number
  foot: number
  bytesPerPx: number
  isNarrow: boolean
  y: (at: number) => number
  at: (y: number) => number
  startAt: number
}

export function scaleOf({ width, height, endAt, spanMs }: View): Scale {
  const isNarrow = width < NARROW
  const foot = height - FOOT
  const pxPerMs = (foot - TOP) / spanMs
  return {
    client: isNarrow ? 92 : width < 520 ? 126 : 138,
    server: width - (isNarrow ? 114 : width < 520 ? 122 : 142),
    top: TOP,
    foot,
    bytesPerPx: isNarrow ? 9 : 7,
    isNarrow,
    y: (at) => foot - (endAt - at) * pxPerMs,
    at: (y) => endAt - (foot - y) / pxPerMs,
    startAt: endAt - spanMs,
  }
}

/** Pixels between two lines of the grid, at least. */
const GRID_PX = 44
const STEPS = [100, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000]

export const gridStep = ({ foot, top, startAt, at }: Scale): number => {
  const msPerPx = (at(foot) - startAt) / (foot - top)
  return STEPS.find((ms) => ms >= GRID_PX * msPerPx) ?? 60_000
}
