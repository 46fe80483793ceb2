import type { Socket } from 'engine.io'
import { MAX_POLLING_SESSIONS } from '../../config/limits.ts'
import { DomainError } from '../../errors/domain-error.ts'

/** Counts the sessions of each address that are not carried by a WebSocket. */
export class PollingSessions {
  readonly #counts = new Map<string, number>()

  /** @throws DomainError `too-many-requests` if this address may not open another */
  check(address: string): void {
    const limit = MAX_POLLING_SESSIONS
    if ((this.#counts.get(address) ?? 0) < limit) return
    const detail = `one address may have ${limit} sessions that poll: use a WebSocket, or wait`
    throw new DomainError('too-many-requests', detail, { limit, retryAfterMs: 1000 })
  }

  /** Counts the session until it is upgraded or closed. */
  add(session: Socket, address: string): void {
    this.#change(address, 1)
    const end = () => {
      session.off('upgrade', end)
      session.off('close', end)
      this.#change(address, -1)
    }
    session.on('upgrade', end)
    session.on('close', end)
  }

  #change(address: string, by: 1 | -1): void {
    const count = (this.#counts.get(address) ?? 0) + by
    if (count > 0) this.#counts.set(address, count)
    else this.#counts.delete(address)
  }
}
