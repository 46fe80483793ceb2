import type { Joined } from '../protocol.ts'
import { backoffMs } from './backoff.ts'
import { join, leave, newToken, type JoinOptions } from './members.ts'
import { ProblemError, type Net } from './transports/transport.ts'

/**
 * Joins, with any number of attempts. If the name is taken, the server invents one. An attempt whose answer was lost may have
 * added the member: the next attempt has the same token, and returns that member.
 *
 * @param wait called between two attempts with the ms to wait and the error; settles when the wait is over
 * @returns null when `signal` aborted; a member that had joined by then has left again
 * @throws ProblemError for a refusal that another attempt would not change
 */
export async function joinWithRetry(
  net: Net,
  room: string,
  wanted: JoinOptions,
  wait: (retryMs: number, error: unknown) => Promise<void>,
  signal: AbortSignal,
): Promise<Joined | null> {
  let options: JoinOptions = { ...wanted, token: newToken() }
  for (let attempts = 0; !signal.aborted; attempts++) {
    let joined: Joined
    try {
      joined = await join(net, room, options)
    } catch (error) {
      if (isAborted(signal)) break
      // The member of a lost answer has left since.
      const hasLeft = error instanceof ProblemError && error.problem.type === 'member-ended'
      if (hasLeft) options = { ...options, token: newToken() }
      if (!(error instanceof ProblemError) || error.isTransient || hasLeft)
        await wait(backoffMs(attempts, error), error)
      else if (error.problem.status !== 409 || options.name === undefined) throw error
      else options = { ...options, name: undefined }
      continue
    }
    if (!isAborted(signal)) return joined
    await leave(net, room, joined.token).catch(() => undefined)
  }
  return null
}

/** A function, since the compiler assumes that a property is unchanged after an `await`. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted
