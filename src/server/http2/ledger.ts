import type { Socket } from 'node:net'
import type { Crossed, Wire } from '../wire.ts'
import { FrameReader, type FramePart } from './frames.ts'

type Way = keyof Crossed

const nothing = (): Crossed => ({ up: { headers: 0, framing: 0 }, down: { headers: 0, framing: 0 } })

function add(to: Crossed, from: Crossed): void {
  for (const way of ['up', 'down'] as const) {
    to[way].headers += from[way].headers
    to[way].framing += from[way].framing
  }
}

/** One exchange on a connection that it shares with others. */
class StreamWire implements Wire {
  readonly connection: Socket
  readonly #takeShared: () => Crossed
  readonly #waiting: (() => void)[] = []
  #own = nothing()
  #isOver = false

  constructor(connection: Socket, takeShared: () => Crossed) {
    this.connection = connection
    this.#takeShared = takeShared
  }

  get isOver(): boolean {
    return this.#isOver
  }

  count(way: Way, { bytes, isHead }: FramePart): void {
    this.#own[way][isHead ? 'headers' : 'framing'] += bytes
  }

  /** A body is in frames of its own: nobody has to say how long it is. */
  take(): Crossed {
    const crossed = this.#takeShared()
    add(crossed, this.#own)
    this.#own = nothing()
    return crossed
  }

  whenOver(done: () => void): void {
    if (this.#isOver) done()
    else this.#waiting.push(done)
  }

  end(): void {
    this.#isOver = true
    for (const done of this.#waiting.splice(0)) done()
  }
}

/**
 * Whose the bytes of an HTTP/2 connection are. A stream's frames are its exchange's. What is the whole connection's
 * (preface, settings, pings, windows), or comes when an exchange is over, goes to whichever exchange takes next: so that
 * all exchanges together are what crossed.
 */
export class Ledger {
  readonly #connection: Socket
  readonly #streams = new Map<number, StreamWire>()
  readonly #readers: Record<Way, FrameReader>
  #newest = 0
  #shared = nothing()

  constructor(connection: Socket) {
    this.#connection = connection
    this.#readers = {
      up: new FrameReader('client', (part) => this.#count('up', part)),
      down: new FrameReader('server', (part) => this.#count('down', part)),
    }
  }

  crossed(way: Way, chunk: Uint8Array): void {
    this.#readers[way].read(chunk)
  }

  /** The wire of a stream that became a request. Those few that do not, being malformed, stay on nobody's account. */
  claim(streamId: number): Wire {
    const wire = this.#streams.get(streamId) ?? this.#open(streamId)
    wire.whenOver(() => this.#streams.delete(streamId))
    return wire
  }

  /** The connection is gone, and with it whatever was under way. */
  close(): void {
    for (const wire of this.#streams.values()) wire.end()
    this.#streams.clear()
  }

  #open(streamId: number): StreamWire {
    this.#newest = Math.max(this.#newest, streamId)
    const wire = new StreamWire(this.#connection, () => this.#takeShared())
    this.#streams.set(streamId, wire)
    return wire
  }

  #takeShared(): Crossed {
    const shared = this.#shared
    this.#shared = nothing()
    return shared
  }

  #count(way: Way, part: FramePart): void {
    // A client numbers its streams upwards: one that is not newer than the newest is over, or the connection itself.
    const isNew = way === 'up' && part.isHead && part.streamId > this.#newest
    const wire = isNew ? this.#open(part.streamId) : this.#streams.get(part.streamId)
    if (!wire) {
      this.#shared[way][part.isHead ? 'headers' : 'framing'] += part.bytes
      return
    }
    wire.count(way, part)
    if (part.ends === 'stream' || (part.ends === 'message' && way === 'down')) wire.end()
  }
}
