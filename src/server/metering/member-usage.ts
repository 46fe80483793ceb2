import type { Socket } from 'node:net'
import { noCounts, type Counts, type ExchangeRecord, type TraceRecord } from '../../meter.ts'
import type { TransportName } from '../../protocol.ts'
import { SmallSet } from '../log/small-set.ts'
import { addCounts } from './add-counts.ts'
import { Trace } from './trace.ts'

/**
 * Usages whose transports run over a connection. One listener per connection, however many members share it: behind a proxy
 * all members may.
 */
const usersByConnection = new WeakMap<Socket, Set<MemberUsage>>()

function usersOf(socket: Socket): Set<MemberUsage> {
  let users = usersByConnection.get(socket)
  if (!users) {
    const all = (users = new Set())
    usersByConnection.set(socket, all)
    socket.once('close', () => {
      for (const usage of all) usage.forget(socket)
    })
  }
  return users
}

/** Records that are kept of a session whose member may never be known: those of its beginning. */
const MAX_UNASSIGNED_RECORDS = 50

/** A request that lasts: a held poll, a stream, a socket. Its bytes are counted when somebody asks, and when it ends. */
export interface OpenMeter {
  /** Counts what has crossed since the last call. */
  settle(): void
  /** What is known of the exchange now. */
  record(): ExchangeRecord
}

/** A connection as one member uses it for one transport. */
export interface ConnectionUse {
  /** The usage that is charged. It changes once, if the member becomes known only later. */
  usage: MemberUsage
  readonly transport: TransportName
  /** Counts of this transport in `usage`. */
  counts: Counts
  /** The connection's number among the member's: 1, 2, 3 … */
  number: number
}

/** What one member's requests and sockets have cost, by transport. */
export class MemberUsage {
  readonly #counts = new Map<TransportName, Counts>()
  readonly #connections = new Map<Socket, Map<TransportName, ConnectionUse>>()
  readonly #open = new SmallSet<OpenMeter>()
  readonly #traces = new Set<Trace>()
  #connectionNumber = 0
  #recordId = 0
  /** The transport by which the member reads. What it posts is counted there. */
  current: TransportName | null = null
  /** Records from before the member was known. */
  readonly #unassigned: Trace | null

  /** `isUnassigned`: the member is not known yet. */
  constructor({ isUnassigned = false } = {}) {
    this.#unassigned = isUnassigned ? new Trace(MAX_UNASSIGNED_RECORDS) : null
    if (this.#unassigned) this.#traces.add(this.#unassigned)
  }

  /** Somebody asked for the records. */
  get isTraced(): boolean {
    return this.#traces.size > 0
  }

  /**
   * Transfers the counts, records and connections of a session that was metered before its member was known. Requests that
   * are under way are charged to `owner` from here on.
   */
  assignTo(owner: MemberUsage): void {
    const numbers = new Map<number, number>()
    for (const [socket, uses] of this.#connections) {
      for (const use of uses.values()) {
        // The owner may use the connection already, and then has counted it.
        use.counts.opened -= 1
        const own = owner.connect(socket, use.transport)
        numbers.set(use.number, own.number)
        use.usage = owner
        use.number = own.number
      }
    }
    for (const [transport, counts] of this.#counts) addCounts(owner.counts(transport), counts)
    for (const uses of this.#connections.values()) {
      for (const use of uses.values()) use.counts = owner.counts(use.transport)
    }
    for (const meter of this.#open.toArray()) owner.#open.add(meter)
    if (this.current) owner.current = this.current
    const ids = new Map<number, number>()
    for (const record of this.#unassigned?.take()?.records ?? []) {
      const id = owner.newRecordId()
      ids.set(record.id, id)
      record.id = id
      if (record.type === 'exchange') record.connection = numbers.get(record.connection) ?? record.connection
      else record.exchange = ids.get(record.exchange) ?? record.exchange
      owner.note(record)
    }
    this.release()
  }

  counts(transport: TransportName): Counts {
    let counts = this.#counts.get(transport)
    if (!counts) this.#counts.set(transport, (counts = noCounts()))
    return counts
  }

  /** Notes that a transport runs over this connection. */
  connect(socket: Socket, transport: TransportName): ConnectionUse {
    let uses = this.#connections.get(socket)
    if (!uses) {
      this.#connections.set(socket, (uses = new Map<TransportName, ConnectionUse>()))
      usersOf(socket).add(this)
    }
    let use = uses.get(transport)
    if (!use) {
      const [known] = uses.values()
      const counts = this.counts(transport)
      use = { usage: this, transport, counts, number: known?.number ?? ++this.#connectionNumber }
      uses.set(transport, use)
      counts.opened += 1
    }
    return use
  }

  /** The connection is gone. */
  forget(socket: Socket): void {
    this.#connections.delete(socket)
  }

  /** Nothing more is counted here. Connections that go on do not keep this usage. */
  release(): void {
    for (const socket of this.#connections.keys()) usersByConnection.get(socket)?.delete(this)
  }

  /** The request lasts: it is asked when the meter is read. */
  begin(meter: OpenMeter): void {
    this.#open.add(meter)
  }

  end(meter: OpenMeter): void {
    this.#open.delete(meter)
  }

  newRecordId(): number {
    return ++this.#recordId
  }

  /** The record is new, or says more than before. */
  note(record: TraceRecord): void {
    for (const trace of this.#traces) trace.note(record)
  }

  /** All records from here on, and of the requests under way what is known of them. `end` ends it. */
  trace(): { trace: Trace; end: () => void } {
    const trace = new Trace()
    this.#settle()
    for (const meter of this.#open.toArray()) trace.note(meter.record())
    this.#traces.add(trace)
    return { trace, end: () => this.#traces.delete(trace) }
  }

  report(): { counts: Partial<Record<TransportName, Counts>>; connections: number } {
    this.#settle()
    return { counts: Object.fromEntries(this.#counts), connections: this.#connections.size }
  }

  #settle(): void {
    for (const meter of this.#open.toArray()) meter.settle()
  }
}
