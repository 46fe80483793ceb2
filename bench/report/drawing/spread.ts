/** Moves positions apart so that each is at least `gap` from the next and all are within `from` and `to`, in order. */
export function spread(wanted: readonly number[], gap: number, from: number, to: number): number[] {
  const order = wanted.map((position, index) => ({ position, index })).sort((a, b) => a.position - b.position)
  const placed: number[] = []
  for (const { position } of order) {
    placed.push(Math.max(position, from, (placed.at(-1) ?? Number.NEGATIVE_INFINITY) + gap))
  }
  let limit = to
  for (let i = placed.length - 1; i >= 0; i--) {
    placed[i] = Math.min(placed[i] ?? limit, limit)
    limit = (placed[i] ?? limit) - gap
  }
  const result: number[] = []
  order.forEach(({ index }, i) => (result[index] = placed[i] ?? 0))
  return result
}
