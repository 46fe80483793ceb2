import type { Socket } from 'node:net'
import type { ByteSource, TransferredBytes } from '../byte-source.ts'
import { FrameReader, type FramePart } from './frame-reader.ts'

type Way = keyof TransferredBytes

const zeroBytes = (): TransferredBytes => ({ up: { head: 0, body: 0 }, down: { head: 0, body: 0 } })

function addTransferred(to: TransferredBytes, from: TransferredBytes): void {
  for (const way of ['up', 'down'] as const) {
    to[way].head += from[way].head
    to[way].body += from[way].body
  }
}

/** One request on a connection with several. */
class StreamByteSource implements ByteSource {
  readonly connection: Socket
  readonly #drainConnectionBytes: () => TransferredBytes
  readonly #callbacks: (() => void)[] = []
  #streamBytes = zeroBytes()
  #isOver = false

  constructor(connection: Socket, drainConnectionBytes: () => TransferredBytes) {
    this.connection = connection
    this.#drainConnectionBytes = drainConnectionBytes
  }

  get isOver(): boolean {
    return this.#isOver
  }

  count(way: Way, { bytes, isHead }: FramePart): void {
    this.#streamBytes[way][isHead ? 'head' : 'body'] += bytes
  }

  /** Needs no body sizes as arguments: bodies have separate frames with their length. */
  readDelta(): TransferredBytes {
    const transferred = this.#drainConnectionBytes()
    addTransferred(transferred, this.#streamBytes)
    this.#streamBytes = zeroBytes()
    return transferred
  }

  discardDelta(): void {
    this.readDelta()
  }

  whenComplete(callback: () => void): void {
    if (this.#isOver) callback()
    else this.#callbacks.push(callback)
  }

  complete(): void {
    this.#isOver = true
    for (const callback of this.#callbacks.splice(0)) callback()
  }
}

/**
 * Divides the bytes of an HTTP/2 connection among its requests. A stream's frames belong to its request. Frames of the
 * whole connection (preface, settings, pings, windows), and frames after the end of a request, are counted for the request
 * that reads next: the sum over all requests is the total of the connection.
 */
export class StreamByteCounter {
  readonly #connection: Socket
  readonly #streams = new Map<number, StreamByteSource>()
  readonly #readers: Record<Way, FrameReader>
  #newestStreamId = 0
  #connectionBytes = zeroBytes()

  constructor(connection: Socket) {
    this.#connection = connection
    this.#readers = {
      up: new FrameReader('client', (part) => this.#count('up', part)),
      down: new FrameReader('server', (part) => this.#count('down', part)),
    }
  }

  /** What the client has sent so far: whether it ends within a frame or a head, and the number of complete ones. */
  get received(): { isIncomplete: boolean; completeCount: number } {
    return this.#readers.up
  }

  countChunk(way: Way, chunk: Uint8Array): void {
    this.#readers[way].read(chunk)
  }

  /** The bytes of a stream that became a request. A malformed stream never becomes one, and is counted for no request. */
  byteSourceOf(streamId: number): ByteSource {
    const stream = this.#streams.get(streamId) ?? this.#open(streamId)
    stream.whenComplete(() => this.#streams.delete(streamId))
    return stream
  }

  /** Completes all streams: the connection is closed. */
  close(): void {
    for (const stream of this.#streams.values()) stream.complete()
    this.#streams.clear()
  }

  #open(streamId: number): StreamByteSource {
    this.#newestStreamId = Math.max(this.#newestStreamId, streamId)
    const stream = new StreamByteSource(this.#connection, () => this.#drainConnectionBytes())
    this.#streams.set(streamId, stream)
    return stream
  }

  #drainConnectionBytes(): TransferredBytes {
    const connectionBytes = this.#connectionBytes
    this.#connectionBytes = zeroBytes()
    return connectionBytes
  }

  #count(way: Way, part: FramePart): void {
    // A client numbers its streams in ascending order: a number that is not above the newest is a known or ended stream, or 0.
    const isNew = way === 'up' && part.isHead && part.streamId > this.#newestStreamId
    const stream = isNew ? this.#open(part.streamId) : this.#streams.get(part.streamId)
    if (!stream) {
      this.#connectionBytes[way][part.isHead ? 'head' : 'body'] += part.bytes
      return
    }
    stream.count(way, part)
    if (part.ends === 'stream' || (part.ends === 'message' && way === 'down')) stream.complete()
  }
}
