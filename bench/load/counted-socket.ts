import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'

/** Called with the bytes of each direction; `up` is towards the server. */
export type OnBytes = (direction: 'up' | 'down', chunk: Buffer) => void

/** A TLS connection that counts the bytes of HTTP that it carries, without the bytes of TLS records. */
export class CountedSocket extends Duplex {
  sent = 0
  received = 0
  readonly #socket: TLSSocket
  readonly #onBytes: OnBytes

  constructor(socket: TLSSocket, onBytes: OnBytes) {
    super()
    this.#socket = socket
    this.#onBytes = onBytes
    socket.on('data', (chunk: Buffer) => {
      this.received += chunk.length
      onBytes('down', chunk)
      if (!this.push(chunk)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('error', (error: Error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.sent += chunk.length
    this.#onBytes('up', chunk)
    this.#socket.write(chunk, done)
  }

  override _final(done: () => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}

/** Connects to a server of this machine, whose certificate is self-signed. */
export async function dialTls(
  port: number,
  protocol: 'h2' | 'http/1.1',
  onBytes: OnBytes = () => undefined,
): Promise<CountedSocket> {
  const socket = connect({ port, host: '127.0.0.1', ALPNProtocols: [protocol], rejectUnauthorized: false })
  socket.setNoDelay(true)
  await once(socket, 'secureConnect')
  if (socket.alpnProtocol !== protocol) throw new Error(`the server does not speak ${protocol}`)
  return new CountedSocket(socket, onBytes)
}
