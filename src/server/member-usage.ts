import type { Socket } from 'node:net'
import { noCounts, type ByteSplit, type Counts, type ExchangeRecord, type TraceRecord, type Way } from '../meter.ts'
import type { TransportName } from '../protocol.ts'
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

/** What one member's requests and sockets have cost, by transport. */
export class MemberUsage {
  readonly #counts = new Map<TransportName, Counts>()
  readonly #connections = new Map<Socket, { number: number; transports: Set<TransportName> }>()
  readonly #open = new Set<OpenMeter>()
  readonly #traces = new Set<Trace>()
  #connectionNumber = 0
  #recordId = 0
  #current: TransportName | null = null
  /** The usage that this one was assigned to. */
  #owner: MemberUsage | null = null
  /** Records from before the owner was known. */
  readonly #unassigned: Trace | null

  /** `isUnassigned`: the member is not known yet. */
  constructor({ isUnassigned = false } = {}) {
    this.#unassigned = isUnassigned ? new Trace(MAX_UNASSIGNED_RECORDS) : null
    if (this.#unassigned) this.#traces.add(this.#unassigned)
  }

  /** The transport by which the member reads. What it posts is counted there. */
  get current(): TransportName | null {
    return this.#owner ? this.#owner.current : this.#current
  }
  set current(transport: TransportName | null) {
    if (this.#owner) this.#owner.current = transport
    else this.#current = transport
  }

  /** Somebody asked for the records. */
  get isTraced(): boolean {
    return this.#owner ? this.#owner.isTraced : this.#traces.size > 0
  }

  /**
   * Transfers the counts and records of a session that was metered before its member was known. Later ones go to `owner`
   * too.
   */
  assignTo(owner: MemberUsage): void {
    if (this.#owner) return
    const numbers = new Map<number, number>()
    // The owner may use a connection already, and then has counted it.
    for (const [socket, { number, transports }] of this.#connections) {
      for (const transport of transports) {
        this.counts(transport).opened -= 1
        numbers.set(number, owner.connect(socket, transport))
      }
    }
    for (const [transport, counts] of this.#counts) addCounts(owner.counts(transport), counts)
    for (const meter of this.#open) owner.#open.add(meter)
    if (this.#current) owner.current = this.#current
    this.#owner = owner
    const ids = new Map<number, number>()
    for (const record of this.#unassigned?.take()?.records ?? []) {
      const id = owner.newRecordId()
      ids.set(record.id, id)
      record.id = id
      if (record.type === 'exchange') record.connection = numbers.get(record.connection) ?? record.connection
      else record.exchange = ids.get(record.exchange) ?? record.exchange
      owner.note(record)
    }
  }

  counts(transport: TransportName): Counts {
    if (this.#owner) return this.#owner.counts(transport)
    let counts = this.#counts.get(transport)
    if (!counts) this.#counts.set(transport, (counts = noCounts()))
    return counts
  }

  addBytes(transport: TransportName, way: Way, bytes: ByteSplit): void {
    add(this.counts(transport)[way], bytes)
  }

  /** Notes that a transport runs over this connection. Returns the connection's number. */
  connect(socket: Socket, transport: TransportName): number {
    if (this.#owner) return this.#owner.connect(socket, transport)
    let use = this.#connections.get(socket)
    if (!use) {
      this.#connections.set(socket, (use = { number: ++this.#connectionNumber, transports: new Set() }))
      usersOf(socket).add(this)
    }
    if (!use.transports.has(transport)) {
      use.transports.add(transport)
      this.counts(transport).opened += 1
    }
    return use.number
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
    const usage = this.#owner ?? this
    usage.#open.add(meter)
  }

  end(meter: OpenMeter): void {
    this.#open.delete(meter)
    if (this.#owner) this.#owner.#open.delete(meter)
  }

  newRecordId(): number {
    return this.#owner ? this.#owner.newRecordId() : ++this.#recordId
  }

  /** The record is new, or says more than before. */
  note(record: TraceRecord): void {
    if (this.#owner) this.#owner.note(record)
    else for (const trace of this.#traces) trace.note(record)
  }

  /** All records from here on, and of the requests under way what is known of them. `end` ends it. */
  trace(): { trace: Trace; end: () => void } {
    const trace = new Trace()
    this.#settle()
    for (const meter of this.#open) trace.note(meter.record())
    this.#traces.add(trace)
    return { trace, end: () => this.#traces.delete(trace) }
  }

  report(): { counts: Partial<Record<TransportName, Counts>>; connections: number } {
    this.#settle()
    return { counts: Object.fromEntries(this.#counts), connections: this.#connections.size }
  }

  #settle(): void {
    for (const meter of this.#open) meter.settle()
  }
}

export function add(to: ByteSplit, { headers, framing, payload }: ByteSplit): void {
  to.headers += headers
  to.framing += framing
  to.payload += payload
}

function addCounts(to: Counts, from: Counts): void {
  for (const key of ['requests', 'polls', 'empty', 'frames', 'opened', 'delivered'] as const) to[key] += from[key]
  add(to.up, from.up)
  add(to.down, from.down)
}
