import { randomBytes } from 'node:crypto'
import type { RoomEvent, TransportName } from '../../../protocol.ts'
import type { Entry } from '../../log/log.ts'
import { roomRestarting, storeAway } from '../../errors/store-errors.ts'
import { memoryOf } from '../../log/log-budget.ts'
import { Window, type WindowOptions } from '../../log/window.ts'
import type { Connection, Reply, ScriptArgs } from './connection.ts'
import type { ScriptName } from './scripts.ts'
import type { StreamEntry, Tail } from './tail.ts'

/** ms for which a write waits until this server has read the entry that it wrote. The entry is stored in any case. */
const READ_BACK_MS = 1000

/** Entries read by one command: a long history must not block Redis for other clients. */
const ENTRIES_AT_ONCE = 1000

/** ms after which Redis deletes a room that no server has open: a day. */
export const DELETED_AFTER_MS = 24 * 3_600_000

/** Learns of entries in their order, before readers of the room are woken. */
export interface ReplicaListener {
  /** The records and the transports of all members, after the room was read in full. `isNewEpoch`: Redis has lost data. */
  loaded(records: readonly string[], transports: Record<string, TransportName>, isNewEpoch: boolean): Promise<void>
  /** `record`: the member's new record, for `joined` and `renamed`. */
  eventRead(event: RoomEvent, record: string | undefined): void
  /** A member leaves after `graceMs` unless a server hears from it. */
  leaveRead(memberId: string, graceMs: number): void
  /** Members read by other transports now. */
  transportsRead(transports: Record<string, TransportName>): void
}

/** How far this server has read: to entry `n` of the epoch that began at `birth`. */
interface Position {
  epoch: string
  birth: number
  n: number
  /** The last event. */
  last: { entryId: string; eventId: string }
}

/** The reply of read-head, which has only the status when there is no room. */
type Head = readonly [
  status: 'ok' | 'none',
  birth: number,
  n: number,
  seq: number,
  epoch: string,
  records: string[],
  transports: string[],
]

/** Fields of an entry, which is an event or a mark. See scripts.ts. */
type Fields = Partial<Record<'s' | 'a' | 'i' | 'e' | 'r' | 'm' | 'g' | 't', string>>

/** This server's copy of a room: a window that the process's tail fills. Writes go through it to Redis. */
export class RoomReplica {
  readonly window: Window
  readonly #connection: Connection
  readonly #tail: Tail
  readonly #prefix: string
  readonly #options: WindowOptions
  #listener: ReplicaListener | null = null
  #position: Position = { epoch: '', birth: 0, n: 0, last: { entryId: '', eventId: '' } }
  /** Redis had no such room when this server asked. */
  #isAbsent = false
  #loading: Promise<void> | null = null
  #catchingUp: Promise<void> | null = null
  /** Begins when `#catchingUp` has settled. */
  #nextCatchUp: Promise<void> | null = null
  #unfollow: () => void = () => undefined
  /** Calls that wait until an entry is read. */
  readonly #waiters = new Set<{ birth: number; n: number; settle: () => void }>()

  constructor(connection: Connection, tail: Tail, prefix: string, options: WindowOptions) {
    this.#connection = connection
    this.#tail = tail
    this.#prefix = prefix
    this.#options = options
    this.window = new Window('', options)
  }

  set listener(listener: ReplicaListener) {
    this.#listener = listener
  }

  /** Redis has the room, and this server has read it. */
  get isStored(): boolean {
    return this.#position.epoch !== ''
  }

  /** null if the room was read before; otherwise reads it, and does not create it. @throws DomainError `store-away` */
  open(): Promise<void> | null {
    return this.isStored || this.#isAbsent ? null : this.#load()
  }

  /**
   * Runs a script that changes the room, from this server's position. Creates the room if there is none. Settles when this server
   * has read the new entry.
   *
   * @throws DomainError `store-away`: whether the room was changed is unknown
   */
  async write(script: ScriptName, args: ScriptArgs): Promise<Reply> {
    let reply = await this.#runFromPosition(script, args)
    if (reply[0] === 'moved') {
      await this.#load()
      // Another load may be under way that does not create the room.
      while (!this.isStored) await this.#load(true)
      reply = await this.#runFromPosition(script, args)
    }
    if (reply[0] === 'moved') throw roomRestarting()
    if (reply[0] === 'ok') await this.#waitUntilRead(Number(reply[1]), Number(reply[2]), READ_BACK_MS)
    return reply
  }

  /** Runs a script that does not need this server's position. @throws DomainError `store-away` */
  runScript(script: ScriptName, args: ScriptArgs): Promise<Reply> {
    return this.#connection.runScript(script, this.#prefix, args)
  }

  /** Runs a script from this server's position. The reply is `moved` if Redis has another epoch or less. @throws DomainError `store-away` */
  #runFromPosition(script: ScriptName, args: ScriptArgs): Promise<Reply> {
    return this.runScript(script, [this.#position.epoch, this.#position.n, ...args])
  }

  /** Runs a script many times at once, without waiting for the new entries. A reply may be `moved`. @throws DomainError `store-away` */
  writeAll(script: ScriptName, each: readonly ScriptArgs[]): Promise<Reply[]> {
    return Promise.all(each.map((args) => this.#runFromPosition(script, args)))
  }

  /** Settles when this server has read all entries that Redis has now. Calls at the same time share one command. @throws DomainError `store-away` */
  catchUp(): Promise<void> {
    // The current one may have been sent before the entry that the caller waits for: a second one follows it.
    const before = this.#catchingUp?.catch(() => undefined) ?? Promise.resolve()
    this.#nextCatchUp ??= before.then(() => {
      this.#nextCatchUp = null
      this.#catchingUp = this.#readToHead().finally(() => (this.#catchingUp = null))
      return this.#catchingUp
    })
    return this.#nextCatchUp
  }

  close(): void {
    this.#unfollow()
    this.window.close()
    this.window.release()
  }

  async #readToHead(): Promise<void> {
    const [status, birth, n, , epoch] = await this.#fetchHead(false, false)
    if (status === 'none') return
    if (epoch !== this.#position.epoch) await this.#load()
    // Also after a load: it may have been under way, with an earlier head.
    if (!(await this.#waitUntilRead(birth, n, READ_BACK_MS))) throw storeAway('the store is late: try again')
  }

  async #fetchHead(withMembers: boolean, creates: boolean): Promise<Head> {
    const { epoch, birth, n, last } = this.#position
    const args = [epoch, n, last.entryId, last.eventId, randomBytes(4).toString('hex'), birth, DELETED_AFTER_MS]
    const reply = await this.runScript('read-head', [...args, withMembers ? '1' : '0', creates ? '1' : '0'])
    return reply as unknown as Head
  }

  /** Reads all retained events and all members. */
  #load(creates = false): Promise<void> {
    this.#loading ??= this.#loadOnce(creates).finally(() => (this.#loading = null))
    return this.#loading
  }

  async #loadOnce(creates: boolean): Promise<void> {
    const known = this.#position.epoch
    const [status, birth, n, seq, epoch, records, transports] = await this.#fetchHead(true, creates)
    if (status === 'none') {
      this.#becomeAbsent()
      return
    }
    const { events, last } = await this.#history(`${birth}-${n}`)
    this.#requireOpen()
    this.#isAbsent = false
    this.#unfollow()
    this.#position = { epoch, birth, n, last }
    this.window.restart(epoch, withoutGaps(events, seq), seq)
    this.#settleWaiters()
    const follower = {
      entriesRead: (entries: readonly StreamEntry[]) => this.#apply(entries),
      reconnected: () => void this.catchUp().catch(() => undefined),
    }
    this.#unfollow = this.#tail.follow(`${this.#prefix}log`, `${birth}-${n}`, follower)
    await this.#listener?.loaded(
      records,
      valuesOf(transports) as Record<string, TransportName>,
      known !== '' && known !== epoch,
    )
  }

  /** Redis has no such room. Its first entry loads it. */
  #becomeAbsent(): void {
    this.#requireOpen()
    this.#isAbsent = true
    this.#unfollow()
    this.#unfollow = this.#tail.follow(`${this.#prefix}log`, '0-0', {
      entriesRead: () => void this.#load().catch(() => this.#loadLater()),
      reconnected: () => undefined,
    })
  }

  /** A room that was released while it was read has no events here: an empty answer would be wrong. */
  #requireOpen(): void {
    if (this.window.isClosed) throw roomRestarting()
  }

  async #history(until: string): Promise<{ events: RoomEvent[]; last: Position['last'] }> {
    const events: RoomEvent[] = []
    let bytes = 0
    let last = { entryId: '', eventId: '' }
    for (let from = '-'; ;) {
      const entries = await this.#connection.runCommand((client) =>
        client.xrange(`${this.#prefix}log`, from, until, 'COUNT', ENTRIES_AT_ONCE),
      )
      for (const [entryId, fields] of entries) {
        const event = eventOf(fieldsOf(fields))
        if (!event) continue
        events.push(event)
        bytes += memoryOf(event)
        last = { entryId, eventId: event.id }
      }
      let excess = 0
      for (const event of events) {
        if (bytes <= this.#options.retainBytes) break
        bytes -= memoryOf(event)
        excess += 1
      }
      events.splice(0, excess)
      const [behind] = entries.at(-1) ?? []
      if (behind === undefined || entries.length < ENTRIES_AT_ONCE) break
      from = `(${behind}`
    }
    return { events: events.slice(-this.#options.retainEvents), last }
  }

  #apply(entries: readonly StreamEntry[]): void {
    for (const [entryId, list] of entries) {
      const [birth, n] = entryId.split('-').map(Number) as [number, number]
      if (birth === this.#position.birth && n <= this.#position.n) continue
      if (birth !== this.#position.birth || n !== this.#position.n + 1) {
        // Another epoch, or Redis has trimmed entries that this server has not read.
        this.#load().catch(() => this.#loadLater())
        break
      }
      this.#position.n = n
      const fields = fieldsOf(list)
      const event = eventOf(fields)
      if (event) {
        this.#position.last = { entryId, eventId: event.id }
        this.window.push(event)
        this.#listener?.eventRead(event, fields.r)
      } else if (fields.m) {
        this.#listener?.leaveRead(fields.m, Number(fields.g))
      } else if (fields.t) {
        this.#listener?.transportsRead(JSON.parse(fields.t) as Record<string, TransportName>)
      }
    }
    this.#settleWaiters()
  }

  /** After a failed load: the next entry or the next connection of the tail loads the room. */
  #loadLater(): void {
    this.#unfollow()
    this.#unfollow = this.#tail.follow(`${this.#prefix}log`, '$', {
      entriesRead: () => void this.#load().catch(() => this.#loadLater()),
      reconnected: () => void this.#load().catch(() => this.#loadLater()),
    })
  }

  /** Settles with true when the entry is read, with false after `ms`. */
  #waitUntilRead(birth: number, n: number, ms: number): Promise<boolean> {
    if (this.#hasRead(birth, n)) return Promise.resolve(true)
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer)
        this.#waiters.delete(waiter)
        resolve(this.#hasRead(birth, n))
      }
      const waiter = { birth, n, settle }
      const timer = setTimeout(settle, ms)
      this.#waiters.add(waiter)
    })
  }

  #settleWaiters(): void {
    for (const { birth, n, settle } of this.#waiters) if (this.#hasRead(birth, n)) settle()
  }

  #hasRead(birth: number, n: number): boolean {
    return this.#position.birth > birth || (this.#position.birth === birth && this.#position.n >= n)
  }
}

/** The names and values of an entry or a hash, which follow each other. */
function valuesOf(list: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {}
  for (let i = 0; i + 1 < list.length; i += 2) fields[list[i] ?? ''] = list[i + 1] ?? ''
  return fields
}

const fieldsOf = (list: readonly string[]): Fields => valuesOf(list)

/** The event of an entry; null for a mark. */
function eventOf({ s, a, e }: Fields): RoomEvent | null {
  if (e === undefined) return null
  return { ...(JSON.parse(e) as Entry), seq: Number(s), at: Number(a) }
}

/** The event in the reply of a script; null if the reply is another one. */
export function eventIn(reply: Reply): RoomEvent | null {
  return reply[0] === 'known' ? eventOf(fieldsOf(reply[1] as string[])) : null
}

/** The last events up to `seq` without a gap: Redis may have trimmed the first ones while they were read. */
function withoutGaps(events: readonly RoomEvent[], seq: number): readonly RoomEvent[] {
  let first = events.length
  while (first > 0 && events[first - 1]?.seq === seq - (events.length - first)) first -= 1
  return events.slice(first)
}
