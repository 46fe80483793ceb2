import { randomBytes } from 'node:crypto'
import type { LeftReason, Member, RoomEvent } from '../../protocol.ts'
import { newId } from '../ids.ts'
import type { Appended, Entry } from '../log.ts'
import type { Entered, MemberOptions, MemberStore } from '../member-store.ts'
import { nameKey } from '../names.ts'
import { problems, refusals } from '../problem.ts'
import { Seat, type Presence } from '../seat.ts'
import { FORGOTTEN_AFTER_MS, type Feed, type Listener } from './feed.ts'
import type { RedisLog } from './redis-log.ts'
import { end, endSoon, enter, rename, seat as seatScript, stay, tick } from './scripts.ts'

/** Leases are renewed at least this often, in ms; and a few times in each. */
const RENEW_MS = 5000
const RENEWALS_PER_LEASE = 4
/** Renewals that nobody made: then Redis was away, or every server. */
const SILENT_FOR = 2
/** Leases renewed by one command. */
const RENEWED_AT_ONCE = 1000
/** ms by which a grace is longer than asked for: the other servers' word that a line is open has to come first. */
const GRACE_MARGIN_MS = 100
const REMEMBERED_ENDED = 10_000

/** ms from one renewal to the next. */
export const renewalMs = (leaseMs: number): number => Math.min(RENEW_MS, leaseMs / RENEWALS_PER_LEASE)

/** A member as Redis keeps it. */
interface Standing {
  member: Member
  nameKey: string
  tokenDigest: string
  renamesLeft: number
  /** What it is at this server, once it was heard of here. */
  seat: Seat | null
}

/**
 * Members that Redis keeps. What is read of them here comes by the log, as everything does; what is written goes by scripts
 * that change members and log in one step. Leases are renewed by one command an interval, however many members were heard of.
 */
export class RedisMembers implements MemberStore, Presence, Listener {
  readonly #feed: Feed
  readonly #log: RedisLog
  readonly #options: MemberOptions & { retainEvents: number }
  readonly #here = new Map<string, Standing>()
  readonly #byToken = new Map<string, Standing>()
  readonly #endedTokens = new Set<string>()
  /** Heard of since leases were renewed; and those with a line open. */
  readonly #heard = new Set<string>()
  readonly #onLine = new Set<Seat>()
  /** Members that go unless they are heard of. */
  readonly #leaving = new Map<string, NodeJS.Timeout>()
  /** Members that Redis has lost, and that were not put back yet. */
  #lost: Standing[] = []

  constructor(feed: Feed, log: RedisLog, options: MemberOptions & { retainEvents: number }) {
    this.#feed = feed
    this.#log = log
    this.#options = options
    feed.listener = this
  }

  get roster(): Member[] {
    return [...this.#here.values()].map(({ member }) => member)
  }

  async readRoster(): Promise<Member[]> {
    await this.#feed.catchUp().catch(() => undefined)
    return this.roster
  }

  hasName(name: string): boolean {
    const key = nameKey(name)
    return [...this.#here.values()].some((standing) => standing.nameKey === key)
  }

  async find(id: string): Promise<Member | null> {
    if (!this.#here.has(id)) await this.#feed.catchUp()
    return this.#here.get(id)?.member ?? null
  }

  async enter(member: Member, tokenDigest: string): Promise<Entered> {
    const { maxMembers, renames } = this.#options
    const standing = { member, nameKey: nameKey(member.name), tokenDigest, renamesLeft: renames, seat: null }
    const [status] = await this.#feed.write(enter, this.#entering(standing, maxMembers))
    if (status === 'full') throw refusals.roomFull(maxMembers)
    if (status === 'taken') throw refusals.nameTaken(member.name)
    const seat = this.#seatAt(this.#here.get(member.id) ?? this.#stands(standing))
    return { seat, cursor: this.#log.head, roster: this.roster }
  }

  seatOf(tokenDigest: string): Seat | Promise<Seat> {
    const standing = this.#byToken.get(tokenDigest)
    if (standing) return this.#seatAt(standing)
    if (this.#endedTokens.has(tokenDigest)) throw refusals.hasLeft()
    return this.#askFor(tokenDigest)
  }

  seatById(id: string): Seat | null | Promise<Seat | null> {
    const seat = () => {
      const standing = this.#here.get(id)
      return standing ? this.#seatAt(standing) : null
    }
    return seat() ?? this.#feed.catchUp().then(seat)
  }

  say(seat: Seat, entry: Entry): Promise<Appended> {
    return this.#log.appendOf(seat.member.id, entry)
  }

  async rename(seat: Seat, name: string): Promise<Member> {
    const member = { ...seat.member, name }
    const args = [...this.#stamp(newId()), member.id, JSON.stringify(member), nameKey(name)]
    const [status] = await this.#feed.write(rename, args)
    if (status === 'left') throw refusals.hasLeft()
    if (status === 'used') throw refusals.renamesUsed(this.#options.renames)
    if (status === 'taken') throw refusals.nameTaken(name)
    return member
  }

  async end(seat: Seat, reason: LeftReason): Promise<number> {
    const [status, , , seq] = await this.#feed.write(end, [...this.#stamp(newId()), seat.member.id, reason])
    if (status === 'left') throw refusals.hasLeft()
    return Number(seq)
  }

  async endSoon(seat: Seat, graceMs: number): Promise<void> {
    const wholeMs = graceMs + GRACE_MARGIN_MS
    const [status] = await this.#feed.write(endSoon, [seat.member.id, graceMs, wholeMs])
    if (status === 'left') throw refusals.hasLeft()
    // Should this server be gone by then, the next one that ends leases does it.
    setTimeout(() => void this.tick().catch(() => undefined), wholeMs + 1).unref()
  }

  opened(seat: Seat): void {
    this.#onLine.add(seat)
    this.#heardOf(seat)
  }

  quiet(seat: Seat): void {
    this.#onLine.delete(seat)
    this.#heard.add(seat.member.id)
  }

  /**
   * Renews the leases of those who were heard of here, and ends the stays whose time is over.
   *
   * @throws 503 when Redis is away; nobody's stay ends by that
   */
  async tick(): Promise<void> {
    if (!this.#feed.isOpen) return
    if (this.#lost.length > 0) await this.#restore()
    const heard = new Set([...this.#heard, ...[...this.#onLine].map(({ member }) => member.id)])
    this.#heard.clear()
    const ids = [...heard]
    const { leaseMs } = this.#options
    try {
      for (let i = 0; i === 0 || i < ids.length; i += RENEWED_AT_ONCE) {
        const prefix = randomBytes(9).toString('hex')
        const args = [...this.#stamp(prefix), leaseMs, SILENT_FOR * renewalMs(leaseMs), FORGOTTEN_AFTER_MS]
        await this.#feed.write(tick, [...args, ...ids.slice(i, i + RENEWED_AT_ONCE)])
      }
    } catch (error) {
      for (const id of ids) this.#heard.add(id)
      throw error
    }
  }

  close(): void {
    for (const timer of this.#leaving.values()) clearTimeout(timer)
  }

  async loaded(records: readonly string[], isNewEpoch: boolean): Promise<void> {
    const before = [...this.#here.values()]
    const found = new Set(
      records.map((text) => {
        const standing = standingOf(text)
        const known = this.#here.get(standing.member.id)
        if (known) this.#changed(known, standing)
        else this.#stands(standing)
        return standing.member.id
      }),
    )
    const missing = before.filter(({ member }) => !found.has(member.id))
    if (!isNewEpoch) for (const standing of missing) this.#gone(standing)
    else {
      this.#lost = missing
      await this.#restore().catch(() => undefined)
    }
  }

  happened(event: RoomEvent, record: string | undefined): void {
    if (event.type !== 'joined' && event.type !== 'renamed' && event.type !== 'left') return
    const known = this.#here.get(event.member.id)
    if (event.type === 'left') {
      if (known) this.#gone(known)
    } else if (record !== undefined) {
      const standing = standingOf(record)
      if (known) this.#changed(known, standing)
      else this.#stands(standing)
    }
  }

  /** What is heard of it from now on counts, and so does a line that is open when the grace is over. */
  leaving(memberId: string, graceMs: number): void {
    clearTimeout(this.#leaving.get(memberId))
    const check = () => {
      this.#leaving.delete(memberId)
      const seat = this.#here.get(memberId)?.seat
      if (seat?.hasLines) this.#stays(memberId)
    }
    this.#leaving.set(memberId, setTimeout(check, graceMs).unref())
  }

  #heardOf({ member: { id } }: Seat): void {
    this.#heard.add(id)
    if (!this.#leaving.has(id)) return
    clearTimeout(this.#leaving.get(id))
    this.#leaving.delete(id)
    this.#stays(id)
  }

  #stays(id: string): void {
    this.#feed.ask(stay, [id, this.#options.leaseMs]).catch(() => undefined)
  }

  /** Another server may have let it in a moment ago. */
  async #askFor(tokenDigest: string): Promise<Seat> {
    const [status, record] = await this.#feed.ask(seatScript, [tokenDigest])
    // Its `left` may have come by the log meanwhile.
    if (status === 'left' || this.#endedTokens.has(tokenDigest)) throw refusals.hasLeft()
    if (status !== 'ok') throw refusals.unknownToken()
    return this.#seatAt(this.#byToken.get(tokenDigest) ?? this.#stands(standingOf(String(record))))
  }

  /**
   * Redis has lost its memory, and this server has not: those who are here still are. Every server does this for all that it
   * knows, and for each the first one counts.
   */
  async #restore(): Promise<void> {
    const lost = this.#lost
    const replies = await this.#feed.writeAll(
      enter,
      lost.map((standing) => this.#entering(standing, Number.MAX_SAFE_INTEGER)),
    )
    this.#lost = lost.filter((_, i) => replies[i]?.[0] === 'moved')
    // Somebody else took the name in between.
    for (const [i, standing] of lost.entries()) if (replies[i]?.[0] === 'taken') this.#gone(standing)
    if (this.#lost.length > 0) throw problems.storeAway('the room begins anew: try again')
  }

  #entering(standing: Standing, maxMembers: number): (string | number)[] {
    const id = newId()
    const { member, nameKey: key, tokenDigest } = standing
    const event = JSON.stringify({ type: 'joined', id, member } satisfies Entry)
    const { leaseMs } = this.#options
    return [...this.#stamp(id), event, member.id, recordOf(standing), key, tokenDigest, leaseMs, maxMembers]
  }

  /** How much is retained, when this is, and the event's id. */
  #stamp(id: string): [number, number, string] {
    return [this.#options.retainEvents, Date.now(), id]
  }

  #stands(standing: Standing): Standing {
    this.#here.set(standing.member.id, standing)
    this.#byToken.set(standing.tokenDigest, standing)
    return standing
  }

  #changed(standing: Standing, { member, nameKey: key, renamesLeft }: Standing): void {
    standing.member = member
    standing.nameKey = key
    standing.renamesLeft = renamesLeft
    standing.seat?.rename(member.name)
  }

  #gone({ member, tokenDigest, seat }: Standing): void {
    this.#here.delete(member.id)
    this.#byToken.delete(tokenDigest)
    this.#heard.delete(member.id)
    this.#endedTokens.add(tokenDigest)
    const [oldest] = this.#endedTokens
    if (this.#endedTokens.size > REMEMBERED_ENDED && oldest !== undefined) this.#endedTokens.delete(oldest)
    if (!seat) return
    this.#onLine.delete(seat)
    // First the word, then the end: the answer to a member's own request is on its way before its lines are cut.
    setImmediate(() => seat.end())
  }

  #seatAt(standing: Standing): Seat {
    standing.seat ??= new Seat(standing.member, standing.tokenDigest, this)
    return standing.seat
  }
}

const recordOf = ({ member, nameKey: key, tokenDigest, renamesLeft }: Standing): string =>
  JSON.stringify([JSON.stringify(member), key, tokenDigest, renamesLeft])

function standingOf(record: string): Standing {
  const [member, key, tokenDigest, renamesLeft] = JSON.parse(record) as [string, string, string, number]
  return { member: JSON.parse(member) as Member, nameKey: key, tokenDigest, renamesLeft, seat: null }
}
