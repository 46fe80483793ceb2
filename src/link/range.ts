/** What a number may be. `unit` is for people: it ends every refusal. */
export interface Range {
  min: number
  max: number
  unit: string
  whole?: boolean
  /** Says that null is allowed too, and what it means. */
  orNull?: string
}

/** "0 to 60000 ms, or null (never)". */
export function allowed(range: Range): string {
  const numbers =
    `${range.whole === true ? 'a whole number, ' : ''}${range.min} to ${range.max} ${range.unit}`.trimEnd()
  return range.orNull === undefined ? numbers : `${numbers}, or null (${range.orNull})`
}

export function inRange(value: unknown, range: Range): boolean {
  if (value === null) return range.orNull !== undefined
  if (typeof value !== 'number' || !(value >= range.min && value <= range.max)) return false
  return range.whole !== true || Number.isInteger(value)
}

/** Throws a RangeError that names the field, the value and what is allowed. */
export function checkRange(field: string, value: unknown, range: Range): void {
  if (!inRange(value, range)) throw refusal(field, value, allowed(range))
}

export function refusal(field: string, value: unknown, allowed: string): RangeError {
  const shown = typeof value === 'number' ? String(value) : JSON.stringify(value)
  return new RangeError(`${field} is ${shown}; allowed: ${allowed}`)
}
