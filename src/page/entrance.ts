import type { Joined, Member, Problem } from '../protocol.ts'
import { backoffMs } from '../client/backoff.ts'
import { join, leave, rename, type JoinOptions } from '../client/members.ts'
import { ProblemError, type Net } from '../client/transport.ts'

/**
 * Joins, however often it takes. Under the name that is asked for; if that is taken, under one that the server invents.
 *
 * @param wait called with the ms until the next attempt, and with what the server said, if it did; settles when it is time
 * @returns null when `signal` aborted
 * @throws ProblemError for what will not be otherwise the next time
 */
export async function enter(
  net: Net,
  room: string,
  wanted: JoinOptions,
  wait: (ms: number, problem?: Problem) => Promise<void>,
  signal: AbortSignal,
): Promise<Joined | null> {
  let options = wanted
  for (let attempts = 0; !signal.aborted; attempts++) {
    try {
      const joined = await join(net, room, options)
      if (!isAborted(signal)) return joined
      await leave(net, room, joined.token)
    } catch (error) {
      const { name, ...nameless } = options
      if (error instanceof ProblemError && error.problem.status === 409 && name !== undefined) options = nameless
      else if (!(error instanceof ProblemError)) await wait(backoffMs(attempts, error))
      else if (error.isTransient) await wait(backoffMs(attempts, error), error.problem)
      else throw error
    }
  }
  return null
}

/** Asked anew: while something was awaited it may have changed. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted

/** Takes another name. @returns the member under that name, or why not */
export async function takeName(net: Net, room: string, token: string, name: string): Promise<Member | Problem> {
  try {
    return await rename(net, room, token, name)
  } catch (error) {
    if (error instanceof ProblemError) return error.problem
    return { type: 'line', title: 'Line lost', status: 0, detail: error instanceof Error ? error.message : '' }
  }
}
