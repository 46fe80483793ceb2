import type { Socket } from 'node:net'
import { noCounts, type Counts, type TransportName } from '../protocol.ts'

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

/** What one member's lines have cost, by transport. */
export class Account {
  readonly #counts = new Map<TransportName, Counts>()
  readonly #sockets = new Map<Socket, Set<TransportName>>()
  /** Lines whose bytes are counted when somebody asks: a socket's, between two frames. */
  readonly #settlers = new Set<() => void>()
  /** The transport that the member reads by; what it posts is counted there. */
  current: TransportName | null = null
  #owner: Account | null = null

  /**
   * Of a line that cost something before anybody knew whose it was: what it has cost and will cost is the owner's from
   * here on.
   */
  belongsTo(owner: Account): void {
    if (this.#owner) return
    // The owner may know a connection already, and then has counted it.
    for (const [socket, transports] of this.#sockets) {
      for (const transport of transports) {
        this.counts(transport).opened -= 1
        owner.uses(socket, transport)
      }
    }
    for (const [transport, counts] of this.#counts) addCounts(owner.counts(transport), counts)
    for (const settle of this.#settlers) owner.#settlers.add(settle)
    owner.current = this.current
    this.#owner = owner
  }

  counts(transport: TransportName): Counts {
    if (this.#owner) return this.#owner.counts(transport)
    let counts = this.#counts.get(transport)
    if (!counts) this.#counts.set(transport, (counts = noCounts()))
    return counts
  }

  /** Notes that a transport runs over this connection. */
  uses(socket: Socket, transport: TransportName): void {
    if (this.#owner) {
      this.#owner.uses(socket, transport)
      return
    }
    let transports = this.#sockets.get(socket)
    if (!transports) {
      this.#sockets.set(socket, (transports = new Set()))
      usersOf(socket).add(this)
    }
    if (transports.has(transport)) return
    transports.add(transport)
    this.counts(transport).opened += 1
  }

  /** The connection is gone. */
  forget(socket: Socket): void {
    this.#sockets.delete(socket)
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
