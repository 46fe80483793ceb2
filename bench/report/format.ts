/** Formats of numbers in the terminal, the page and the comparison. */

/** Separates groups of digits, and a number from its unit, without a line break. */
export const THIN_SPACE = '\u202f'

export type Unit = 'ms' | 'µs' | 'B' | 'kB' | 'MB' | '/s' | '%' | ''

const MAX_DECIMALS = 6

/** The decimals that show `significant` digits of a value; 0 for large values. */
export function decimalsFor(value: number, significant = 3): number {
  if (Math.abs(value) < 1e-9 || !Number.isFinite(value)) return 0
  const magnitude = Math.floor(Math.log10(Math.abs(value)))
  return Math.min(MAX_DECIMALS, Math.max(0, significant - 1 - magnitude))
}

/** By number of decimals. A report formats thousands of numbers, and a NumberFormat takes far longer to create than to use. */
const formats = new Map<number, Intl.NumberFormat>()

function formatWith(decimals: number): Intl.NumberFormat {
  const known = formats.get(decimals)
  if (known !== undefined) return known
  const created = new Intl.NumberFormat('en', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
  formats.set(decimals, created)
  return created
}

export function fixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return '?'
  const text = formatWith(decimals).format(value).replaceAll(',', THIN_SPACE).replace('-', '−')
  return /^−[0.]+$/.test(text) ? text.slice(1) : text
}

export const figure = (value: number, significant = 3): string => fixed(value, decimalsFor(value, significant))

/** A tick of an axis, with the fewest digits. */
export const tick = (value: number): string => fixed(value, decimalsFor(Number(value.toPrecision(3)), 1 + extra(value)))
const extra = (value: number): number => {
  const digits = Number(value.toPrecision(3)).toExponential().split('e')[0]?.replace(/[-.]/g, '') ?? ''
  return digits.length - 1
}

export const spelled = (value: number, unit: Unit, significant = 3): string =>
  withUnit(figure(value, significant), unit)

export const withUnit = (text: string, unit: Unit): string =>
  unit === '' ? text : unit === '/s' ? `${text}/s` : `${text}${THIN_SPACE}${unit}`

const exactFormat = new Intl.NumberFormat('en', { maximumFractionDigits: MAX_DECIMALS })

/** A setting, with all its digits. */
export const exact = (value: number): string => exactFormat.format(value).replaceAll(',', THIN_SPACE)

/** Shows two digits of the half width where three digits of the ends allow that, and enough digits that the ends differ. */
export function interval(low: number, high: number): { low: string; high: string; decimals: number } {
  const half = (high - low) / 2
  const ends = decimalsFor(Math.max(Math.abs(low), Math.abs(high)))
  const isPoint = half <= Math.max(Math.abs(low), Math.abs(high)) * 1e-4
  const decimals = isPoint ? ends : Math.max(Math.min(decimalsFor(half, 2), ends), Math.min(4, decimalsFor(half, 1)))
  return { low: fixed(low, decimals), high: fixed(high, decimals), decimals }
}

export const signed = (value: number, significant = 3): string => `${value > 0 ? '+' : ''}${figure(value, significant)}`
