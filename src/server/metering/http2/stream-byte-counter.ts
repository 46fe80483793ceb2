import type { Socket } from 'node:net'
import type { ByteSource, Crossed } from '../byte-source.ts'
import { FrameReader, type FramePart } from './frame-reader.ts'

type Way = keyof Crossed

const nothing = (): Crossed => ({ up: { head: 0, body: 0 }, down: { head: 0, body: 0 } })

function add(to: Crossed, from: Crossed): void {
  for (const way of ['up', 'down'] as const) {
    to[way].head += from[way].head
    to[way].body += from[way].body
  }
}

/** One exchange on a connection that it shares with others. */
class StreamBytes implements ByteSource {
  readonly connection: Socket
  readonly #readShared: () => Crossed
  readonly #waiting: (() => void)[] = []
  #own = nothing()
  #isOver = false

  constructor(connection: Socket, readShared: () => Crossed) {
    this.connection = connection
    this.#readShared = readShared
  }

  get isOver(): boolean {
    return this.#isOver
  }

  count(way: Way, { bytes, isHead }: FramePart): void {
    this.#own[way][isHead ? 'head' : 'body'] += bytes
  }

  /** A body has frames of its own, which say how long it is. */
  readDelta(): Crossed {
    const crossed = this.#readShared()
    add(crossed, this.#own)
    this.#own = nothing()
    return crossed
  }

  skip(): void {
    this.readDelta()
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
 * Divides the bytes of an HTTP/2 connection among its exchanges. A stream's frames belong to its exchange. Frames of the
 * whole connection (preface, settings, pings, windows), and frames that come when an exchange is over, go to the exchange
 * that reads next: the sum over all exchanges is what crossed.
 */
export class StreamByteCounter {
  readonly #connection: Socket
  readonly #streams = new Map<number, StreamBytes>()
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

  /** The bytes of a stream that became a request. Malformed streams never do, and are counted for no request. */
  counterFor(streamId: number): ByteSource {
    const stream = this.#streams.get(streamId) ?? this.#open(streamId)
    stream.whenOver(() => this.#streams.delete(streamId))
    return stream
  }

  /** The connection is gone, and with it whatever was under way. */
  close(): void {
    for (const stream of this.#streams.values()) stream.end()
    this.#streams.clear()
  }

  #open(streamId: number): StreamBytes {
    this.#newest = Math.max(this.#newest, streamId)
    const stream = new StreamBytes(this.#connection, () => this.#readShared())
    this.#streams.set(streamId, stream)
    return stream
  }

  #readShared(): Crossed {
    const shared = this.#shared
    this.#shared = nothing()
    return shared
  }

  #count(way: Way, part: FramePart): void {
    // A client numbers its streams upwards: one that is not newer than the newest is over, or the connection itself.
    const isNew = way === 'up' && part.isHead && part.streamId > this.#newest
    const stream = isNew ? this.#open(part.streamId) : this.#streams.get(part.streamId)
    if (!stream) {
      this.#shared[way][part.isHead ? 'head' : 'body'] += part.bytes
      return
    }
    stream.count(way, part)
    if (part.ends === 'stream' || (part.ends === 'message' && way === 'down')) stream.end()
  }
}
