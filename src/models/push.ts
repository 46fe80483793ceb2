/**
 * Push (WebSocket, and any stream that stays open): nothing to wait for but the last leg, at any rate that the server can
 * carry. One message in a fan-out also waits for the copies before its own: fan-out.ts.
 */
import { lastLegMs, type LastLeg } from './path.ts'

export function meanMs(lastLeg: LastLeg): number {
  return lastLegMs(lastLeg)
}
