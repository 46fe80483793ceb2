/** ms, in steps that make a difference, with the round numbers. */
export const INTERVALS_MS: readonly number[] = [200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000, 7500, 10_000]
export const HOLDS_MS: readonly number[] = [1, 2, 3, 5, 8, 10, 15, 20, 25, 30, 45, 60].map((s) => s * 1000)
