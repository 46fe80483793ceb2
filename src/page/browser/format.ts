const THIN_SPACE = '\u202f'

/** Digits are grouped by a thin space in every language, as in the rest of the page. */
const grouped = (digits: number) => {
  const format = new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return (value: number) => format.format(value).replaceAll(',', THIN_SPACE)
}

export const whole = grouped(0)
export const tenth = grouped(1)

/** A figure and its unit, which are styled separately: the figure strong, the unit small. */
export interface Figure {
  figure: string
  unit: string
}

export const bytes = (count: number, largest = count): Figure =>
  largest < 1000 ? { figure: whole(count), unit: 'B' } : { figure: tenth(count / 1000), unit: 'kB' }

/** Below 1 ms the comparison of the clocks is not exact enough for a figure. */
export const milliseconds = (ms: number): Figure => ({ figure: ms < 1 ? '<1' : whole(ms), unit: 'ms' })

export const seconds = (ms: number): Figure =>
  ms % 100 === 0 || ms > 1000
    ? { figure: ms % 1000 === 0 ? whole(ms / 1000) : tenth(ms / 1000), unit: 's' }
    : { figure: whole(ms), unit: 'ms' }

export const perSecond = (rate: number): Figure => ({
  figure: Number.isInteger(rate) ? whole(rate) : tenth(rate),
  unit: '/s',
})

export function percent(share: number): Figure {
  const rounded = Math.round(share * 100)
  // A small share is not shown as 0.
  return { figure: share > 0 && rounded === 0 ? '<1' : whole(rounded), unit: '%' }
}

export const spelled = ({ figure, unit }: Figure): string => `${figure}${THIN_SPACE}${unit}`

const times = new Map<string, Intl.DateTimeFormat>()

export function timeOfDay(at: number, language: string): string {
  let format = times.get(language)
  if (!format) {
    const digits = '2-digit'
    format = new Intl.DateTimeFormat(language, { hour: digits, minute: digits, second: digits, hourCycle: 'h23' })
    times.set(language, format)
  }
  return format.format(at)
}

export const dayAndTime = (at: number, language: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'medium' }).format(at)

/** ms since the epoch, to the millisecond. */
export const exactTime = (at: number, language: string): string =>
  `${timeOfDay(at, language)}.${String(Math.floor(at) % 1000).padStart(3, '0')}`

const hundredth = grouped(2)

/** A duration with about three digits: 640 ms, 2.31 s, 41 s. */
export const duration = (ms: number): Figure =>
  ms < 10
    ? { figure: ms < 0.1 ? '<0.1' : tenth(ms), unit: 'ms' }
    : ms < 1000
      ? { figure: whole(ms), unit: 'ms' }
      : { figure: ms < 10_000 ? hundredth(ms / 1000) : whole(ms / 1000), unit: 's' }

const segmenter = new Intl.Segmenter()

/** The first characters of a text, as a reader counts them: none is cut in two. */
export function shorten(text: string, characters: number): string {
  // No grapheme is shorter than a code unit.
  if (text.length <= characters) return text
  const graphemes: string[] = []
  for (const { segment } of segmenter.segment(text)) {
    if (graphemes.length === characters) return `${graphemes.join('')} …`
    graphemes.push(segment)
  }
  return text
}
