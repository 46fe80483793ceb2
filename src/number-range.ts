/** Numbers that a person gives, as a setting, a flag or an option: which are allowed, and how a refusal says so. */
export interface NumberRange {
  min: number
  max: number
  /** In the plural; '' for a plain number. */
  unit: string
  /** By default only whole numbers are allowed. */
  fractions?: boolean
}

/** "a whole number of ms from 0 to 60000" */
export function rangeText({ min, max, unit, fractions = false }: NumberRange): string {
  return `a ${fractions ? '' : 'whole '}number ${unit === '' ? '' : `of ${unit} `}from ${min} to ${max}`
}

export function isInRange(value: unknown, { min, max, fractions = false }: NumberRange): boolean {
  return typeof value === 'number' && value >= min && value <= max && (fractions || Number.isInteger(value))
}

/** @throws RangeError with the text and the range */
export function parseNumber(text: string, range: NumberRange): number {
  const form = range.fractions ? /^\d+(\.\d+)?$/ : /^\d+$/
  const value = form.test(text) ? Number(text) : Number.NaN
  if (isInRange(value, range)) return value
  throw new RangeError(`${text || 'nothing'} is not allowed: ${rangeText(range)}`)
}

/** @throws RangeError with the field, the value and the range */
export function checkNumber(field: string, value: number, range: NumberRange): void {
  if (!isInRange(value, range)) throw new RangeError(`${field} is ${value}; allowed: ${rangeText(range)}`)
}
