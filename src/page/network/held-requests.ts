import { signal } from '@preact/signals'

/**
 * Requests that the tabs of this browser keep open, by port. Each is a Web Lock: a lock is seen by all tabs of the page's origin,
 * and ends with its tab, also when the tab crashes.
 */

const PREFIX = 'held-request'
const TAB = Math.random().toString(36).slice(2)
let lastNumber = 0

/** A browser has no locks for a page served over plain HTTP from another machine. */
const locks = navigator.locks as LockManager | undefined

/** Announces a request to this port that is kept open. @returns ends the announcement */
export function announceHeldRequest(port: string): () => void {
  const end = new AbortController()
  const ended = new Promise<void>((resolve) => end.signal.addEventListener('abort', () => resolve()))
  locks?.request(`${PREFIX}/${port}/${TAB}/${++lastNumber}`, () => ended).catch(() => undefined)
  return () => end.abort()
}

/** The number of requests that other tabs keep open, by port. */
export const heldByOtherTabs = signal<ReadonlyMap<string, number>>(new Map())

export async function readHeldRequests(): Promise<void> {
  const { held = [] } = (await locks?.query().catch(() => null)) ?? {}
  const counts = new Map<string, number>()
  for (const { name } of held) {
    const [prefix, port = '', tab] = name?.split('/') ?? []
    if (prefix === PREFIX && tab !== TAB) counts.set(port, (counts.get(port) ?? 0) + 1)
  }
  const before = heldByOtherTabs.peek()
  if (counts.size === before.size && [...counts].every(([port, count]) => before.get(port) === count)) return
  heldByOtherTabs.value = counts
}
