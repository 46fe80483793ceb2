import type { Member } from '../../../protocol.ts'
import { EndedTokens } from '../../room/revoked-tokens.ts'
import type { Membership } from '../../room/membership.ts'

/** A member as Redis keeps it. */
export interface MemberRecord {
  member: Member
  nameKey: string
  tokenDigest: string
  renamesLeft: number
  /** What it is at this server, once it was heard of here. */
  membership: Membership | null
}

/** Who is in a room, as far as this server has read of it. */
export class MemberRecords {
  readonly #byId = new Map<string, MemberRecord>()
  readonly #byToken = new Map<string, MemberRecord>()
  readonly #endedTokens = new EndedTokens()

  get all(): MemberRecord[] {
    return [...this.#byId.values()]
  }

  get(memberId: string): MemberRecord | undefined {
    return this.#byId.get(memberId)
  }

  byToken(tokenDigest: string): MemberRecord | undefined {
    return this.#byToken.get(tokenDigest)
  }

  hasEnded(tokenDigest: string): boolean {
    return this.#endedTokens.has(tokenDigest)
  }

  /** Somebody comes to be here, or what is known of somebody who is changes. Returns what is known now. */
  put(standing: MemberRecord): MemberRecord {
    const known = this.#byId.get(standing.member.id)
    if (known) {
      const { member, nameKey, renamesLeft } = standing
      known.membership?.rename(member.name)
      return Object.assign(known, { member, nameKey, renamesLeft })
    }
    this.#byId.set(standing.member.id, standing)
    this.#byToken.set(standing.tokenDigest, standing)
    return standing
  }

  remove({ member, tokenDigest }: MemberRecord): void {
    this.#byId.delete(member.id)
    this.#byToken.delete(tokenDigest)
    this.#endedTokens.add(tokenDigest)
  }
}

export const recordOf = ({ member, nameKey, tokenDigest, renamesLeft }: MemberRecord): string =>
  JSON.stringify([JSON.stringify(member), nameKey, tokenDigest, renamesLeft])

export function memberOf(record: string): MemberRecord {
  const [member, nameKey, tokenDigest, renamesLeft] = JSON.parse(record) as [string, string, string, number]
  return { member: JSON.parse(member) as Member, nameKey, tokenDigest, renamesLeft, membership: null }
}
