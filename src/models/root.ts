/**
 * The zero of f between low and high, by bisection, to the precision of a double. f must be continuous there.
 * @throws RangeError where f has the same sign at both ends
 */
export function bisect(f: (x: number) => number, low: number, high: number): number {
  const sign = Math.sign(f(low))
  if (sign * Math.sign(f(high)) > 0) throw new RangeError(`bisect needs a change of sign between ${low} and ${high}`)
  for (;;) {
    const middle = low + (high - low) / 2
    if (middle === low || middle === high) return middle
    if (Math.sign(f(middle)) === sign) low = middle
    else high = middle
  }
}
