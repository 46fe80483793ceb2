import { backoffMs } from './backoff.ts'
import { renewLease } from './members.ts'
import { sleep } from './transports/time.ts'
import { ProblemError, type Net } from './transports/transport.ts'

/** Of a lease, the part after which it is renewed: one that is lost on its way has time to be asked for again. */
const RENEW_AFTER = 1 / 3

/**
 * Keeps a member's seat, beside a line that carries no token and so does not. Throws when `signal` aborts, and ProblemError
 * when the seat is lost.
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
