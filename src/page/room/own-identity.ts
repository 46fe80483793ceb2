import { signal } from '@preact/signals'
import type { Member } from '../../protocol.ts'
import { claim, loadIdentity, rememberTransport, saveIdentity, type Identity } from './identity-storage.ts'

/** Former selves that are remembered. */
const SELVES = 20

/** Who this tab is in a room: now, and who it was before. */
export class OwnIdentity {
  readonly member = signal<Member | null>(null)
  /** Ids of everybody that this tab has been here: what they said is one's own. */
  readonly ids = signal<ReadonlySet<string>>(new Set())
  readonly #room: string
  #identity: Identity

  constructor(room: string) {
    this.#room = room
    this.#identity = loadIdentity(room)
  }

  get kept(): Readonly<Identity> {
    return this.#identity
  }

  keep(change: Partial<Identity>): void {
    this.#identity = { ...this.#identity, ...change }
    saveIdentity(this.#room, this.#identity)
    if (change.transport) rememberTransport(change.transport)
  }

  /** This is who one is, or what one is called now. */
  met(member: Member): void {
    const known = this.member.peek()
    if (known?.id === member.id && known.name === member.name) return
    this.member.value = member
    const selves = [...this.#identity.selves.filter((id) => id !== member.id), member.id].slice(-SELVES)
    this.ids.value = new Set(selves)
    this.keep({ member, selves })
  }

  joined(member: Member, token: string): void {
    void claim(member)
    this.keep({ member, token, joinedAt: Date.now() })
  }

  /** Who this tab was before it was reloaded; null when it was nobody, or when another tab is that member. */
  async resume(): Promise<{ member: Member; token: string } | null> {
    const { member, token } = this.#identity
    if (!member || token === null) return null
    if (await claim(member)) return { member, token }
    this.keep({ member: null, token: null, selves: [], drafts: [] })
    return null
  }
}
