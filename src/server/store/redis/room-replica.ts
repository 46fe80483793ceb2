import { randomBytes } from 'node:crypto'
import type { RoomEvent } from '../../../protocol.ts'
import type { Entry } from '../../log/log.ts'
import { roomRestarting, storeAway } from '../../errors/store-errors.ts'
import { Window, type WindowOptions } from '../../log/window.ts'
import type { Connection, Reply } from './connection.ts'
import type { ScriptName } from './scripts.ts'
import type { StreamEntry, Tail } from './tail.ts'

/** ms for which a write waits until this server has read what it wrote; it is stored by then in any case. */
const READ_BACK_MS = 1000

/** Entries in one piece of a history: so that Redis is not kept from others for long. */
const PIECE = 1000

/** A room that no server has open is forgotten after a day. */
export const FORGOTTEN_AFTER_MS = 24 * 3_600_000

/** Who has to know what is read, as it is read. */
export interface Listener {
  /** Members as records, when the room is read anew. `isNewEpoch`: Redis has lost some or all of what it held. */
  loaded(records: readonly string[], isNewEpoch: boolean): Promise<void>
  happened(event: RoomEvent, record: string | undefined): void
  /** A member goes in so many ms, unless it is heard of. */
  leaving(memberId: string, graceMs: number): void
}

/** How far this server has read: the entry `n` of the epoch that began at `birth`. */
interface View {
  epoch: string
  birth: number
  n: number
  /** Place and id of the last event. */
  last: { place: string; id: string }
}

/** Fields of an entry that is an event, or a mark. */
type Fields = Partial<Record<'s' | 'a' | 'i' | 'e' | 'r' | 'm' | 'g', string>>

/** A room as this server has read it: a window that the process's one tail feeds, and the way by which it is written to. */
export class RoomReplica {
  readonly window: Window
  readonly #connection: Connection
  readonly #tail: Tail
  readonly #prefix: string
  readonly #options: WindowOptions
  #listener: Listener | null = null
  #view: View = { epoch: '', birth: 0, n: 0, last: { place: '', id: '' } }
  #loading: Promise<void> | null = null
  #looking: Promise<void> | null = null
  /** The question that comes when the one under way is answered. */
  #next: Promise<void> | null = null
  #unfollow: () => void = () => undefined
  /** Whoever waits until an entry is read, by what it waits for. */
  readonly #waiting = new Set<{ birth: number; n: number; settle: () => void }>()

  constructor(connection: Connection, tail: Tail, prefix: string, options: WindowOptions) {
    this.#connection = connection
    this.#tail = tail
    this.#prefix = prefix
    this.#options = options
    this.window = new Window('', options)
  }

  set listener(listener: Listener) {
    this.#listener = listener
  }

  get isOpen(): boolean {
    return this.#view.epoch !== ''
  }

  /** null once the room was read for the first time. @throws DomainError `store-away` */
  open(): Promise<void> | null {
    return this.isOpen ? null : this.#load()
  }

  /**
   * Runs a script that changes the room, from where this server stands, and settles when what it wrote is read here too.
   *
   * @throws DomainError `store-away`: whether it was done is not known then
   */
  async write(script: ScriptName, args: readonly (string | number)[]): Promise<Reply> {
    let reply = await this.#run(script, args)
    if (reply[0] === 'moved') {
      await this.#load()
      reply = await this.#run(script, args)
    }
    if (reply[0] === 'moved') throw roomRestarting()
    if (reply[0] === 'ok') await this.#reached(Number(reply[1]), Number(reply[2]), READ_BACK_MS)
    return reply
  }

  /** Runs one that does not ask where this server stands. @throws DomainError `store-away` */
  ask(script: ScriptName, args: readonly (string | number)[]): Promise<Reply> {
    return this.#connection.run(script, this.#prefix, args)
  }

  /** Runs one that asks, and leaves it at that when the answer is that it has to look first. @throws DomainError `store-away` */
  #run(script: ScriptName, args: readonly (string | number)[]): Promise<Reply> {
    return this.ask(script, [this.#view.epoch, this.#view.n, ...args])
  }

  /** As `write`, for many in one go; each has its reply, and `moved` is one. @throws DomainError `store-away` */
  writeAll(script: ScriptName, each: readonly (readonly (string | number)[])[]): Promise<Reply[]> {
    return Promise.all(each.map((args) => this.#run(script, args)))
  }

  /** Settles when this server has read as far as Redis holds now. One question, however many ask at once. @throws DomainError `store-away` */
  catchUp(): Promise<void> {
    // One that is under way may have been asked before what the caller has seen: it asks once more behind it.
    const before = this.#looking?.catch(() => undefined) ?? Promise.resolve()
    this.#next ??= before.then(() => {
      this.#next = null
      this.#looking = this.#look().finally(() => (this.#looking = null))
      return this.#looking
    })
    return this.#next
  }

  close(): void {
    this.#unfollow()
    this.window.close()
  }

  async #look(): Promise<void> {
    const [, birth, n, , epoch] = await this.#askWhereItStands(false)
    if (epoch !== this.#view.epoch) await this.#load()
    else if (!(await this.#reached(birth, n, READ_BACK_MS))) throw storeAway('the store is late: try again')
  }

  async #askWhereItStands(withMembers: boolean): Promise<[string, number, number, number, string, string[]]> {
    const { epoch, birth, n, last } = this.#view
    const args = [epoch, n, last.place, last.id, randomBytes(4).toString('hex'), birth, FORGOTTEN_AFTER_MS]
    const reply = await this.ask('read-head', [...args, withMembers ? '1' : '0'])
    return reply as unknown as [string, number, number, number, string, string[]]
  }

  /** Reads the room from the beginning of what is retained. */
  #load(): Promise<void> {
    this.#loading ??= this.#loadOnce().finally(() => (this.#loading = null))
    return this.#loading
  }

  async #loadOnce(): Promise<void> {
    const known = this.#view.epoch
    const [, birth, n, seq, epoch, records] = await this.#askWhereItStands(true)
    const { events, last } = await this.#history(`${birth}-${n}`)
    if (this.window.isClosed) return
    this.#unfollow()
    this.#view = { epoch, birth, n, last }
    this.window.restart(epoch, withoutGaps(events, seq), seq)
    this.#settle()
    const follower = {
      take: (entries: readonly StreamEntry[]) => this.#take(entries),
      reconnected: () => void this.catchUp().catch(() => undefined),
    }
    this.#unfollow = this.#tail.follow(`${this.#prefix}log`, `${birth}-${n}`, follower)
    await this.#listener?.loaded(records, known !== '' && known !== epoch)
  }

  async #history(until: string): Promise<{ events: RoomEvent[]; last: View['last'] }> {
    const events: RoomEvent[] = []
    let last = { place: '', id: '' }
    for (let from = '-'; ;) {
      const entries = await this.#connection.call((client) =>
        client.xrange(`${this.#prefix}log`, from, until, 'COUNT', PIECE),
      )
      for (const [place, fields] of entries) {
        const event = eventOf(fieldsOf(fields))
        if (!event) continue
        events.push(event)
        last = { place, id: event.id }
      }
      const [behind] = entries.at(-1) ?? []
      if (behind === undefined || entries.length < PIECE) break
      from = `(${behind}`
    }
    return { events: events.slice(-this.#options.retainEvents), last }
  }

  #take(entries: readonly StreamEntry[]): void {
    for (const [place, list] of entries) {
      const [birth, n] = place.split('-').map(Number) as [number, number]
      if (birth === this.#view.birth && n <= this.#view.n) continue
      if (birth !== this.#view.birth || n !== this.#view.n + 1) {
        // Another epoch, or entries that were trimmed before this server came to read them.
        this.#load().catch(() => this.#loadLater())
        break
      }
      this.#view.n = n
      const fields = fieldsOf(list)
      const event = eventOf(fields)
      if (event) {
        this.#view.last = { place, id: event.id }
        this.window.push(event)
        this.#listener?.happened(event, fields.r)
      } else if (fields.m) {
        this.#listener?.leaving(fields.m, Number(fields.g))
      }
    }
    this.#settle()
  }

  /** Redis went away in between: whoever asks next, or the tail's new connection, reads the room then. */
  #loadLater(): void {
    this.#unfollow()
    this.#unfollow = this.#tail.follow(`${this.#prefix}log`, '$', {
      take: () => void this.#load().catch(() => this.#loadLater()),
      reconnected: () => void this.#load().catch(() => this.#loadLater()),
    })
  }

  /** Whether this entry is read: settles when it is, or after `ms`. */
  #reached(birth: number, n: number, ms: number): Promise<boolean> {
    if (this.#hasRead(birth, n)) return Promise.resolve(true)
    return new Promise((resolve) => {
      const settle = () => {
        clearTimeout(timer)
        this.#waiting.delete(waiter)
        resolve(this.#hasRead(birth, n))
      }
      const waiter = { birth, n, settle }
      const timer = setTimeout(settle, ms)
      this.#waiting.add(waiter)
    })
  }

  #settle(): void {
    for (const { birth, n, settle } of this.#waiting) if (this.#hasRead(birth, n)) settle()
  }

  #hasRead(birth: number, n: number): boolean {
    return this.#view.birth > birth || (this.#view.birth === birth && this.#view.n >= n)
  }
}

function fieldsOf(list: readonly string[]): Fields {
  const fields: Record<string, string> = {}
  for (let i = 0; i + 1 < list.length; i += 2) fields[list[i] ?? ''] = list[i + 1] ?? ''
  return fields
}

/** null for a mark. */
function eventOf({ s, a, e }: Fields): RoomEvent | null {
  if (e === undefined) return null
  return { ...(JSON.parse(e) as Entry), seq: Number(s), at: Number(a) }
}

/** The event that a script answers with. */
export function eventIn(reply: Reply): RoomEvent | null {
  return reply[0] === 'known' ? eventOf(fieldsOf(reply[1] as string[])) : null
}

/** The last stretch without a gap up to `seq`: while it was read in pieces, its beginning may have been trimmed. */
function withoutGaps(events: readonly RoomEvent[], seq: number): readonly RoomEvent[] {
  let first = events.length
  while (first > 0 && events[first - 1]?.seq === seq - (events.length - first)) first -= 1
  return events.slice(first)
}
