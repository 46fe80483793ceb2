import type { TransportName } from '../../protocol.ts'

/**
 * The transport by which each member of a room reads: that of its newest request or socket. Changes are numbered, so that a
 * meter connection sends only those that it has not sent.
 */
export class MemberTransports {
  readonly #byMember = new Map<string, { transport: TransportName; change: number }>()
  #lastChange = 0

  /** The number of the last change. */
  get lastChange(): number {
    return this.#lastChange
  }

  get(memberId: string): TransportName | undefined {
    return this.#byMember.get(memberId)?.transport
  }

  /** Returns false if the member read by this transport before. */
  set(memberId: string, transport: TransportName): boolean {
    if (this.get(memberId) === transport) return false
    this.#byMember.set(memberId, { transport, change: ++this.#lastChange })
    return true
  }

  delete(memberId: string): void {
    this.#byMember.delete(memberId)
  }

  /** The transports that have changed after the change of this number, by member id; all for 0. */
  changedSince(change: number): Record<string, TransportName> {
    const changed: Record<string, TransportName> = {}
    for (const [memberId, entry] of this.#byMember) if (entry.change > change) changed[memberId] = entry.transport
    return changed
  }
}
