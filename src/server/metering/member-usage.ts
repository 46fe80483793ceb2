import type { Socket } from 'node:net'
import { noCounts, type Counts, type RequestRecord, type TraceRecord } from '../../meter.ts'
import type { TransportName } from '../../protocol.ts'
import { SmallSet } from '../log/small-set.ts'
import { addCounts } from './add-counts.ts'
import { Trace } from './trace.ts'

/**
 * Usages whose transports use a connection. There is one listener per connection, even if all members share one, as they may
 * behind a proxy.
 */
const usagesByConnection = new WeakMap<Socket, Set<MemberUsage>>()

function usagesOf(socket: Socket): Set<MemberUsage> {
  let usages = usagesByConnection.get(socket)
  if (!usages) {
    const all = (usages = new Set())
    usagesByConnection.set(socket, all)
    socket.once('close', () => {
      for (const usage of all) usage.removeConnection(socket)
    })
  }
  return usages
}

/** Records that are kept of a session before its member is known. */
const MAX_UNASSIGNED_RECORDS = 50

/** The meter of a held poll, a stream or a socket. Its bytes are counted when the usage is read, and when the request ends. */
export interface OpenMeter {
  /** Counts the bytes since the last call. */
  countDelta(): void
  /** The record of the request as it is now. */
  toRecord(): RequestRecord
  /** Bytes that were sent of the body of a stream; null for others. */
  readonly streamedBytes: number | null
}

/** A connection as one member uses it for one transport. */
export interface ConnectionUse {
  /** Changes once, if the member becomes known after the first request. */
  usage: MemberUsage
  readonly transport: TransportName
  /** Counts of this transport in `usage`. */
  counts: Counts
  /** The connection's number among the member's: 1, 2, 3 … */
  number: number
}

/** Counts of one member's requests and sockets, by transport. */
export class MemberUsage {
  readonly #counts = new Map<TransportName, Counts>()
  readonly #connections = new Map<Socket, Map<TransportName, ConnectionUse>>()
  readonly #openMeters = new SmallSet<OpenMeter>()
  readonly #traces = new Set<Trace>()
  #lastConnectionNumber = 0
  #lastRecordId = 0
  /** The transport by which the member reads. The member's posts are counted for it. */
  readTransport: TransportName | null = null
  /** Records from before the member was known. */
  readonly #unassigned: Trace | null

  /** `isUnassigned`: the member is not known yet. */
  constructor({ isUnassigned = false } = {}) {
    this.#unassigned = isUnassigned ? new Trace(MAX_UNASSIGNED_RECORDS) : null
    if (this.#unassigned) this.#traces.add(this.#unassigned)
  }

  /** At least one trace collects the records. */
  get isTraced(): boolean {
    return this.#traces.size > 0
  }

  /**
   * Transfers the counts, records and connections of a session that was metered before its member was known. Open requests
   * are counted for `owner` from now on.
   */
  assignTo(owner: MemberUsage): void {
    const numbers = new Map<number, number>()
    for (const [socket, uses] of this.#connections) {
      for (const use of uses.values()) {
        // The owner may use this connection already, and has then counted it as opened.
        use.counts.opened -= 1
        const own = owner.addConnection(socket, use.transport)
        numbers.set(use.number, own.number)
        use.usage = owner
        use.number = own.number
      }
    }
    for (const [transport, counts] of this.#counts) addCounts(owner.countsOf(transport), counts)
    for (const uses of this.#connections.values()) {
      for (const use of uses.values()) use.counts = owner.countsOf(use.transport)
    }
    for (const meter of this.#openMeters.toArray()) owner.#openMeters.add(meter)
    if (this.readTransport) owner.readTransport = this.readTransport
    const ids = new Map<number, number>()
    for (const record of this.#unassigned?.drain()?.records ?? []) {
      const id = owner.newRecordId()
      ids.set(record.id, id)
      record.id = id
      if (record.type === 'request') record.connection = numbers.get(record.connection) ?? record.connection
      else record.request = ids.get(record.request) ?? record.request
      owner.addRecord(record)
    }
    this.release()
  }

  countsOf(transport: TransportName): Counts {
    let counts = this.#counts.get(transport)
    if (!counts) this.#counts.set(transport, (counts = noCounts()))
    return counts
  }

  /** Counts the connection as opened at its first use by a transport. */
  addConnection(socket: Socket, transport: TransportName): ConnectionUse {
    let uses = this.#connections.get(socket)
    if (!uses) {
      this.#connections.set(socket, (uses = new Map<TransportName, ConnectionUse>()))
      usagesOf(socket).add(this)
    }
    let use = uses.get(transport)
    if (!use) {
      const [known] = uses.values()
      const counts = this.countsOf(transport)
      use = { usage: this, transport, counts, number: known?.number ?? ++this.#lastConnectionNumber }
      uses.set(transport, use)
      counts.opened += 1
    }
    return use
  }

  removeConnection(socket: Socket): void {
    this.#connections.delete(socket)
  }

  /** Ends counting. Open connections no longer reference this usage. */
  release(): void {
    for (const socket of this.#connections.keys()) usagesByConnection.get(socket)?.delete(this)
  }

  /** Adds a meter that is asked for its bytes when the usage is read. */
  addOpenMeter(meter: OpenMeter): void {
    this.#openMeters.add(meter)
  }

  removeOpenMeter(meter: OpenMeter): void {
    this.#openMeters.delete(meter)
  }

  newRecordId(): number {
    return ++this.#lastRecordId
  }

  /** Adds a new or changed record to all traces. */
  addRecord(record: TraceRecord): void {
    for (const trace of this.#traces) trace.add(record)
  }

  /** Collects the records of open requests and all later records, until `stop` is called. */
  startTrace(): { trace: Trace; stop: () => void } {
    const trace = new Trace()
    this.#countDeltas()
    for (const meter of this.#openMeters.toArray()) trace.add(meter.toRecord())
    this.#traces.add(trace)
    return { trace, stop: () => this.#traces.delete(trace) }
  }

  report(): { counts: Partial<Record<TransportName, Counts>>; connections: number; streamed?: number } {
    this.#countDeltas()
    const streamed = this.#openMeters
      .toArray()
      .flatMap(({ streamedBytes }) => streamedBytes ?? [])
      .at(-1)
    return {
      counts: Object.fromEntries(this.#counts),
      connections: this.#connections.size,
      ...(streamed === undefined ? {} : { streamed }),
    }
  }

  #countDeltas(): void {
    for (const meter of this.#openMeters.toArray()) meter.countDelta()
  }
}
