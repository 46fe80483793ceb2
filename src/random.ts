/** The next number in [0, 1). */
export type Random = () => number

/**
 * A stream of pseudo-random numbers (mulberry32). The same seed and path give the same stream; another path gives an
 * independent one, so that what happens on one connection or direction never shifts the draws of another.
 */
export function seededRandom(seed: number, ...path: number[]): Random {
  let state = path.reduce((mixed, part) => scramble(mixed ^ Math.imul(part + 1, 0x9e3779b1)), scramble(seed))
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Neighbouring seeds must not give neighbouring streams (MurmurHash3's finaliser). */
function scramble(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
