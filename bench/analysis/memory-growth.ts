import type { Cell } from '../report/schema.ts'
import { slope } from './statistics.ts'

/** Clients connected, and resident bytes of the server with them, without the free part of its heap. */
export type MemoryPoint = [clients: number, bytes: number]

/** Largest half width of the interval, as a share of the slope, with which the result is valid. */
const WIDEST_INTERVAL = 0.15

/**
 * Resident bytes per additional client: the slope over several numbers of clients. A difference between two numbers would
 * include memory that the process claims or returns in between, up to several MB, which is as much as 500 clients need.
 *
 * @param idleBytes before the first client
 * @param points at least three
 */
export function memoryGrowth(
  idleBytes: number,
  points: readonly MemoryPoint[],
): { memory: NonNullable<Cell['memory']>; reasons: string[] } {
  const { value, low, high } = slope(points)
  return {
    memory: {
      perClientBytes: value,
      interval: [low, high],
      idleBytes,
      loadedBytes: points.at(-1)?.[1] ?? idleBytes,
      points: [...points],
    },
    reasons: reasonsAgainst(value, (high - low) / 2),
  }
}

function reasonsAgainst(perClientBytes: number, margin: number): string[] {
  if (perClientBytes <= 0) return ['resident memory did not grow with the number of clients']
  const share = margin / perClientBytes
  if (share <= WIDEST_INTERVAL) return []
  return [
    `resident memory did not grow evenly with the number of clients: the interval is ± ${(share * 100).toFixed(0)} %, at most ± ${WIDEST_INTERVAL * 100} % is allowed`,
  ]
}
