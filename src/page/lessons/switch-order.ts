import type { Random } from '../../random.ts'

/**
 * A sequence in which each item follows each other item exactly once, in random order: an Euler circuit of the complete directed
 * graph, by Hierholzer's algorithm. n items give n (n − 1) steps, and the last step leads back to the first item.
 */
export function allSteps<Item>(items: readonly Item[], random: Random): Item[] {
  const rest = new Map(items.map((item) => [item, shuffled(without(items, item), random)]))
  const [first] = items
  const open = first === undefined ? [] : [first]
  const circuit: Item[] = []
  for (;;) {
    const at = open.at(-1)
    if (at === undefined) return circuit.reverse()
    const next = rest.get(at)?.pop()
    if (next === undefined) circuit.push(...open.splice(-1))
    else open.push(next)
  }
}

const without = <Item>(items: readonly Item[], item: Item): Item[] => items.filter((other) => other !== item)

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const copy = [...items]
  for (let i = copy.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1))
    const [a, b] = [copy[i], copy[j]]
    if (a !== undefined && b !== undefined) [copy[i], copy[j]] = [b, a]
  }
  return copy
}
