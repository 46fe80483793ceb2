import { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { StreamByteCounter } from './stream-byte-counter.ts'

/**
 * A TLS connection whose bytes are counted. Node's HTTP/2 reads a TLS connection below JavaScript and reports a message's
 * head only after HPACK decoding, so the size of the head on the connection is unknown. Any other stream is read and written
 * in JavaScript, where bytes can be counted.
 */
export class CountedTlsStream extends Duplex {
  readonly #socket: TLSSocket
  readonly #counter: StreamByteCounter

  /** @param partMs ms in which the rest of a frame or of a head has to arrive, as headersTimeout has it for HTTP/1.1 */
  constructor(socket: TLSSocket, counter: StreamByteCounter, partMs: number) {
    super()
    this.#socket = socket
    this.#counter = counter
    let timer: NodeJS.Timeout | undefined
    let completeCount = -1
    const limitPart = () => {
      const { received } = counter
      if (received.isIncomplete && received.completeCount === completeCount) return
      clearTimeout(timer)
      completeCount = received.isIncomplete ? received.completeCount : -1
      timer = received.isIncomplete ? setTimeout(() => this.destroy(), partMs).unref() : undefined
    }
    limitPart()
    socket.on('data', (chunk: Buffer) => {
      counter.countChunk('up', chunk)
      limitPart()
      if (!this.push(chunk)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('error', (error: Error) => this.destroy(error))
    socket.on('close', () => {
      clearTimeout(timer)
      counter.close()
      this.destroy()
    })
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send(chunk, done)
  }

  override _writev(pieces: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(Buffer.concat(pieces.map(({ chunk }) => chunk)), done)
  }

  override _final(done: () => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }

  #send(chunk: Buffer, done: (error?: Error | null) => void): void {
    this.#counter.countChunk('down', chunk)
    this.#socket.write(chunk, done)
  }
}
