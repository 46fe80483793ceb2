import type { Counts, TransportName } from '../protocol.ts'
import type { Account } from './account.ts'
import type { EncodedBatch } from './follow.ts'
import type { Crossed, Wire } from './wire.ts'

function addTo(counts: Counts, crossed: Crossed): void {
  for (const way of ['up', 'down'] as const) {
    counts[way].headers += crossed[way].headers
    counts[way].framing += crossed[way].framing
  }
}

/**
 * One request and its answer, counted at the socket. Between two marks all that crossed its wire belongs to the exchange
 * in between; what of it was body and what was text is known from the exchange, and the rest is head. So the parts add up
 * to what crossed the socket, whatever headers Node, Fastify or a browser put there.
 */
export class Exchange {
  readonly #wire: Wire
  #charged: { account: Account; transport: TransportName } | null = null
  #answer: EncodedBatch | null = null
  #isOver = false

  constructor(wire: Wire) {
    this.#wire = wire
  }

  /**
   * Puts this exchange on a member's account, the request at once: a held request is on the wire while it is held.
   * What is not done by a transport, a post for instance, goes to the one that the member reads by.
   *
   * @param requests this one, and those before it that nobody else is charged for
   */
  charge(account: Account, transport: TransportName | undefined, bodyBytes: number, requests = 1): void {
    const by = transport ?? account.current
    if (!by) return
    account.current = by
    this.#charged = { account, transport: by }
    const counts = account.counts(by)
    counts.requests += requests
    account.uses(this.#wire.connection, by)
    addTo(counts, this.#wire.take({ up: bodyBytes, down: 0 }))
  }

  /** So many bytes of the request's body were a message's text. */
  said(textBytes: number): void {
    if (!this.#charged) return
    const { up } = this.#charged.account.counts(this.#charged.transport)
    up.framing -= textBytes
    up.payload += textBytes
  }

  /** The answer is this batch; null when it is none. */
  answers(batch: EncodedBatch | null): void {
    this.#answer = batch
    if (!this.#charged) return
    const counts = this.#charged.account.counts(this.#charged.transport)
    counts.delivered += batch?.messages ?? 0
    counts.polls += 1
    if (!batch || batch.events === 0) counts.empty += 1
  }

  /** The answer has gone out, or the line broke. `bodyBytes` is the size of its body. */
  finish(bodyBytes: number): void {
    if (this.#isOver) return
    this.#isOver = true
    const crossed = this.#wire.take({ up: 0, down: bodyBytes })
    if (!this.#charged) return
    const counts = this.#charged.account.counts(this.#charged.transport)
    addTo(counts, crossed)
    // Of an answer that was cut off, nothing or only a head has gone out.
    const text = Math.min(this.#answer?.textBytes ?? 0, crossed.down.framing)
    counts.down.framing -= text
    counts.down.payload += text
  }

  /** The head is out, and what follows is a stream of frames, counted by the line that this returns. */
  stream(): FrameLine {
    this.finish(0)
    return new FrameLine(this.#wire, this.#charged)
  }
}

/** Frames of a socket, or pieces of a streamed answer. Whatever crosses and is no message's text is framing. */
export class FrameLine {
  readonly #wire: Wire
  readonly #charged: { account: Account; transport: TransportName } | null
  readonly #endSettling: (() => void) | undefined

  constructor(wire: Wire, charged: { account: Account; transport: TransportName } | null) {
    this.#wire = wire
    this.#charged = charged
    this.#endSettling = charged?.account.settling(() => this.#settle())
  }

  received(textBytes: number): void {
    this.#count('up', textBytes, 0)
  }

  sent(batch: EncodedBatch | null): void {
    this.#count('down', batch?.textBytes ?? 0, batch?.messages ?? 0)
  }

  readonly end = (): void => this.#wire.whenOver(() => this.#endSettling?.())

  #count(way: 'up' | 'down', textBytes: number, delivered: number): void {
    if (!this.#charged) return
    const counts = this.#charged.account.counts(this.#charged.transport)
    counts.frames += 1
    counts.delivered += delivered
    counts[way].payload += textBytes
    counts[way].framing -= textBytes
  }

  #settle(): void {
    if (!this.#charged) return
    const counts = this.#charged.account.counts(this.#charged.transport)
    addTo(counts, this.#wire.take({ up: Infinity, down: Infinity }))
  }
}
