import { isInRange, type NumberRange, rangeText } from '../number-range.ts'

/** The range of a field of a link. */
export interface FieldRange extends NumberRange {
  /** Says that null is allowed too, and what null means. */
  orNull?: string
}

export const PORT_RANGE: FieldRange = { min: 0, max: 65_535, unit: '' }
export const SEED_RANGE: FieldRange = { min: 0, max: 2 ** 32 - 1, unit: '' }

/** "a number of ms from 10 to 60000, or null (never)" */
export function allowed(range: FieldRange): string {
  return range.orNull === undefined ? rangeText(range) : `${rangeText(range)}, or null (${range.orNull})`
}

/** @throws RangeError that names the field, the value and what is allowed */
export function checkField(field: string, value: unknown, range: FieldRange): void {
  const isAllowedNull = value === null && range.orNull !== undefined
  if (!isAllowedNull && !isInRange(value, range)) throw refusal(field, value, allowed(range))
}

export function refusal(field: string, value: unknown, allowed: string): RangeError {
  const shown = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return new RangeError(`${field} is ${shown}; allowed: ${allowed}`)
}
