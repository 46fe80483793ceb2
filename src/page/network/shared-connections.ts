import type { SharedConnections } from '../../client/transports/transport.ts'

/** HTTP/1.1 connections of a browser to one port of a host. */
const MAX_CONNECTIONS = 6

/**
 * Counts the connections that the tabs of this browser hold to the server at `base`, by a lock for each. undefined where the number
 * is not limited, as with HTTP/2, and for a page served over plain HTTP from another machine, which has no locks.
 */
export function sharedConnections(base: string): SharedConnections | undefined {
  const locks = navigator.locks as LockManager | undefined
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  if (!locks || navigation?.nextHopProtocol === 'h2') return undefined
  const prefix = `connection/${new URL(base).origin}/`
  return {
    hold(signal) {
      const isReleased = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      locks
        .request(prefix + String(Math.random()), () => (signal.aborted ? undefined : isReleased))
        .catch(() => undefined)
    },
    async areAllInUse() {
      const { held = [] } = await locks.query()
      return held.filter(({ name }) => name?.startsWith(prefix)).length >= MAX_CONNECTIONS
    },
  }
}
