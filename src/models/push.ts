/**
 * Push (WebSocket, and any stream that stays open): the latency is the last leg only, at any rate that the server can
 * carry. In a fan-out a copy also waits for the copies before it: fan-out.ts.
 */
import { lastLegMs, type LastLeg } from './path.ts'

export function meanMs(lastLeg: LastLeg): number {
  return lastLegMs(lastLeg)
}
