import { spelled, type Figure } from '../browser/format.ts'

const THIN_SPACE = '\u202f'

/** About three digits, grouped as in the rest of the page: 0.0123, 4.56, 12.3, 1 230, 45 600. */
export function significant(value: number, digits = 3): string {
  if (value === 0) return '0'
  const decimals = Math.min(8, Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value)) + 1e-9)))
  const format = new Intl.NumberFormat('en', { maximumFractionDigits: decimals })
  return format
    .format(Number(value.toPrecision(digits)))
    .replaceAll(',', THIN_SPACE)
    .replace('-', '−')
}

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const

/** Bytes in the unit that leaves at most three digits before the point. */
export function size(bytes: number): Figure {
  const step = Math.min(SIZES.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  return { figure: significant(bytes / 1000 ** step), unit: SIZES[step] ?? 'B' }
}

export const spelledSize = (bytes: number): string => spelled(size(bytes))

/** A share, as it is read: 12 %, 0.4 %. */
export const shareText = (share: number): string => `${significant(share * 100, share < 0.1 ? 2 : 3)}${THIN_SPACE}%`

export const price = (amount: number): string => (amount > 0 && amount < 0.01 ? '<$0.01' : `$${significant(amount)}`)

/** An error: +12 %, −0.4 %, 0 %. */
export function signedShare(share: number): string {
  const percent = Math.round(share * 1000) / 10
  const sign = percent > 0 ? '+' : percent < 0 ? '−' : ''
  return `${sign}${significant(Math.abs(percent), 2)}${THIN_SPACE}%`
}
