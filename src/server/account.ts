import type { Socket } from 'node:net'
import { noCounts, type ByteSplit, type Counts, type ExchangeRecord, type TraceRecord, type Way } from '../meter.ts'
import type { TransportName } from '../protocol.ts'
import { Trace } from './trace.ts'

/**
 * Whose transports run over a connection. One listener a connection, however many members share it: behind a proxy that
 * is all of them.
 */
const users = new WeakMap<Socket, Set<Account>>()

function usersOf(socket: Socket): Set<Account> {
  let accounts = users.get(socket)
  if (!accounts) {
    const all = (accounts = new Set())
    users.set(socket, all)
    socket.once('close', () => {
      for (const account of all) account.forget(socket)
    })
  }
  return accounts
}

/** Records of a line that nobody may ever own: of its beginnings. */
const EARLY = 50

/** What one member's lines have cost, by transport. */
export class Account {
  readonly #counts = new Map<TransportName, Counts>()
  readonly #sockets = new Map<Socket, { number: number; transports: Set<TransportName> }>()
  /** Lines whose bytes are counted when somebody asks: a socket's, between two frames. */
  readonly #settlers = new Set<() => void>()
  readonly #open = new Set<ExchangeRecord>()
  readonly #traces = new Set<Trace>()
  #connections = 0
  #records = 0
  /** The transport that the member reads by; what it posts is counted there. */
  current: TransportName | null = null
  #owner: Account | null = null
  /** Records of what came before the owner was known. */
  readonly #early: Trace | null

  /** `isOrphan`: whose it is will be known later. */
  constructor({ isOrphan = false } = {}) {
    this.#early = isOrphan ? new Trace(EARLY) : null
    if (this.#early) this.#traces.add(this.#early)
  }

  /**
   * Of a line that cost something before anybody knew whose it was: what it has cost and will cost is the owner's from
   * here on.
   */
  belongsTo(owner: Account): void {
    if (this.#owner) return
    const connections = new Map<number, number>()
    // The owner may know a connection already, and then has counted it.
    for (const [socket, { number, transports }] of this.#sockets) {
      for (const transport of transports) {
        this.counts(transport).opened -= 1
        connections.set(number, owner.uses(socket, transport))
      }
    }
    for (const [transport, counts] of this.#counts) addCounts(owner.counts(transport), counts)
    for (const settle of this.#settlers) owner.#settlers.add(settle)
    owner.current = this.current
    this.#owner = owner
    const ids = new Map<number, number>()
    for (const record of this.#early?.take()?.records ?? []) {
      const id = owner.newRecordId()
      ids.set(record.id, id)
      record.id = id
      if (record.type === 'exchange') record.connection = connections.get(record.connection) ?? record.connection
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

  /** Notes that a transport runs over this connection. Returns the connection's number. */
  uses(socket: Socket, transport: TransportName): number {
    if (this.#owner) return this.#owner.uses(socket, transport)
    let use = this.#sockets.get(socket)
    if (!use) {
      this.#sockets.set(socket, (use = { number: ++this.#connections, transports: new Set() }))
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
    this.#sockets.delete(socket)
  }

  /** Nothing more is charged to this one: connections that go on do not keep it. */
  release(): void {
    for (const socket of this.#sockets.keys()) users.get(socket)?.delete(this)
  }

  /** Registers a line that counts on demand; returns what takes it back, after a last count. */
  settling(settle: () => void): () => void {
    const settlers = (this.#owner ?? this).#settlers
    settlers.add(settle)
    return () => {
      settle()
      settlers.delete(settle)
      if (this.#owner) this.#owner.#settlers.delete(settle)
    }
  }

  newRecordId(): number {
    if (this.#owner) return this.#owner.newRecordId()
    return ++this.#records
  }

  /** Counts bytes and notes the record that holds them: one step, so that the records add up to the counts. */
  spend(record: TraceRecord, way: Way, bytes: Partial<ByteSplit>): void {
    const split = record.type === 'exchange' ? record[way] : record.bytes
    for (const sums of [split, this.counts(record.transport)[way]]) {
      sums.headers += bytes.headers ?? 0
      sums.framing += bytes.framing ?? 0
      sums.payload += bytes.payload ?? 0
    }
    this.note(record)
  }

  /** The record is new, or says more than before. */
  note(record: TraceRecord): void {
    if (this.#owner) {
      this.#owner.note(record)
      return
    }
    if (record.type === 'exchange') {
      if (record.isOver) this.#open.delete(record)
      else this.#open.add(record)
    }
    for (const trace of this.#traces) trace.note(record)
  }

  /** From here on, all records; of what is going on already, what is known of it. `end` ends it. */
  trace(): { trace: Trace; end: () => void } {
    const trace = new Trace()
    for (const record of this.#open) trace.note(record)
    this.#traces.add(trace)
    return { trace, end: () => this.#traces.delete(trace) }
  }

  report(): { counts: Partial<Record<TransportName, Counts>>; connections: number } {
    for (const settle of this.#settlers) settle()
    return { counts: Object.fromEntries(this.#counts), connections: this.#sockets.size }
  }
}

function addCounts(to: Counts, from: Counts): void {
  for (const key of ['requests', 'polls', 'empty', 'frames', 'opened', 'delivered'] as const) to[key] += from[key]
  for (const way of ['up', 'down'] as const) {
    for (const part of ['headers', 'framing', 'payload'] as const) to[way][part] += from[way][part]
  }
}
