import { backoffMs } from './backoff.ts'
import { renewLease } from './members.ts'
import { sleep } from './transports/time.ts'
import { ProblemError, type Net } from './transports/transport.ts'

/** The share of a lease after which it is renewed: early enough to repeat a lost request. */
const RENEW_AFTER = 1 / 3

/**
 * Renews a member's lease, for a connection that carries no token and so does not renew it. Throws when `signal` aborts, and
 * ProblemError when the membership has ended.
 */
export async function keepLease(net: Net, room: string, token: string, signal: AbortSignal): Promise<never> {
  for (let failures = 0; ;) {
    let waitMs: number
    try {
      const { leaseMs } = await renewLease(net, room, token, signal)
      waitMs = leaseMs * RENEW_AFTER
      failures = 0
    } catch (error) {
      if (signal.aborted || (error instanceof ProblemError && error.isFinal)) throw error
      waitMs = backoffMs(failures++, error)
    }
    await sleep(waitMs, signal)
  }
}
