import { signal } from '@preact/signals'
import type { Membership } from '../../client/room-member-options.ts'
import type { Member } from '../../protocol.ts'
import { claimMember, loadIdentity, rememberTransport, saveIdentity, type Identity } from './identity-storage.ts'

/** Former member ids that are kept. */
const MAX_OWN_IDS = 20

/** The member that this tab is in a room, and the members that it was before. */
export class OwnIdentity {
  readonly member = signal<Member | null>(null)
  /** Ids of the members that this tab was in this room: their messages are own messages. */
  readonly ownIds = signal<ReadonlySet<string>>(new Set())
  readonly #room: string
  #identity: Identity

  constructor(room: string) {
    this.#room = room
    this.#identity = loadIdentity(room)
  }

  get saved(): Readonly<Identity> {
    return this.#identity
  }

  save(change: Partial<Identity>): void {
    this.#identity = { ...this.#identity, ...change }
    saveIdentity(this.#room, this.#identity)
    if (change.transport) rememberTransport(change.transport)
  }

  /** The tab's member, or its new name. */
  setMember(member: Member): void {
    const known = this.member.peek()
    if (known?.id === member.id && known.name === member.name) return
    this.member.value = member
    const ownIds = [...this.#identity.ownIds.filter((id) => id !== member.id), member.id].slice(-MAX_OWN_IDS)
    this.ownIds.value = new Set(ownIds)
    this.save({ member, ownIds })
  }

  joined({ member, token, heartbeatMs }: Membership): void {
    void claimMember(member)
    this.save({ member, token, heartbeatMs, joinedAt: Date.now() })
  }

  /** The member of this tab before the reload; null when there was none, or when another tab is that member. */
  async resume(): Promise<Membership | null> {
    const { member, token, heartbeatMs } = this.#identity
    if (!member || token === null) return null
    if (await claimMember(member)) return { member, token, heartbeatMs }
    this.save({ member: null, token: null, ownIds: [], drafts: [] })
    return null
  }
}
