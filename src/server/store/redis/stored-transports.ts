import type { TransportName } from '../../../protocol.ts'
import { MemberTransports } from '../../room/member-transports.ts'

export type TransportChange = readonly [memberId: string, transport: TransportName]

/** The transports by which members read, and those of them that Redis does not know yet. */
export class StoredTransports extends MemberTransports {
  readonly #toStore = new Map<string, TransportName>()

  /** The member has begun to read by this transport at this server. */
  began(memberId: string, transport: TransportName): void {
    if (this.set(memberId, transport)) this.#toStore.set(memberId, transport)
  }

  /** Redis has lost what it knew of this member. */
  storeAgain(memberId: string): void {
    const transport = this.get(memberId)
    if (transport) this.#toStore.set(memberId, transport)
  }

  /** The store has this transport. What this server has seen since is newer. */
  read(memberId: string, transport: TransportName): void {
    if (!this.#toStore.has(memberId)) this.set(memberId, transport)
  }

  /** What has to be stored now. */
  take(): TransportChange[] {
    const changes = [...this.#toStore]
    this.#toStore.clear()
    return changes
  }

  /** The changes were not stored. A newer transport of a member has precedence. */
  putBack(changes: readonly TransportChange[]): void {
    for (const [id, transport] of changes) if (this.get(id) === transport) this.#toStore.set(id, transport)
  }

  override delete(memberId: string): void {
    super.delete(memberId)
    this.#toStore.delete(memberId)
  }
}
