import type { LeftReason, Member } from '../../../protocol.ts'
import { RevokedTokens } from '../../room/revoked-tokens.ts'
import type { Membership } from '../../room/membership.ts'

/** A member as Redis keeps it. */
export interface MemberRecord {
  member: Member
  nameKey: string
  tokenDigest: string
  renamesLeft: number
  /** Set once this server has heard from the member. */
  membership: Membership | null
}

/** The members of a room, as far as this server has read the log. */
export class MemberRecords {
  readonly #byId = new Map<string, MemberRecord>()
  readonly #byToken = new Map<string, MemberRecord>()
  readonly #revokedTokens = new RevokedTokens()

  get all(): MemberRecord[] {
    return [...this.#byId.values()]
  }

  get size(): number {
    return this.#byId.size
  }

  /** The members that joined first, as far as this server knows. */
  first(count: number): MemberRecord[] {
    const records: MemberRecord[] = []
    for (const record of this.#byId.values()) if (records.push(record) === count) break
    return records
  }

  get(memberId: string): MemberRecord | undefined {
    return this.#byId.get(memberId)
  }

  findByToken(tokenDigest: string): MemberRecord | undefined {
    return this.#byToken.get(tokenDigest)
  }

  isRevoked(tokenDigest: string): boolean {
    return this.#revokedTokens.has(tokenDigest)
  }

  /** Why the member of this token has left, if this server has read it. */
  endReasonOf(tokenDigest: string): LeftReason | undefined {
    return this.#revokedTokens.reasonOf(tokenDigest)
  }

  /** Adds a record, or updates the record of a known member. Returns the record that is kept. */
  save(record: MemberRecord): MemberRecord {
    const known = this.#byId.get(record.member.id)
    if (known) {
      const { member, nameKey, renamesLeft } = record
      known.membership?.rename(member.name)
      return Object.assign(known, { member, nameKey, renamesLeft })
    }
    this.#byId.set(record.member.id, record)
    this.#byToken.set(record.tokenDigest, record)
    return record
  }

  remove({ member, tokenDigest }: MemberRecord, reason?: LeftReason): void {
    this.#byId.delete(member.id)
    this.#byToken.delete(tokenDigest)
    this.#revokedTokens.add(tokenDigest, reason)
  }
}

export const serializeRecord = ({ member, nameKey, tokenDigest, renamesLeft }: MemberRecord): string =>
  JSON.stringify([JSON.stringify(member), nameKey, tokenDigest, renamesLeft])

export function parseRecord(text: string): MemberRecord {
  const [member, nameKey, tokenDigest, renamesLeft] = JSON.parse(text) as [string, string, string, number]
  return { member: JSON.parse(member) as Member, nameKey, tokenDigest, renamesLeft, membership: null }
}
