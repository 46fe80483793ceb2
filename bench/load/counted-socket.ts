import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'

/** Is shown what crosses, up as the server sees it. */
export type Look = (way: 'up' | 'down', chunk: Buffer) => void

/** A TLS connection, and how much of HTTP went into it and came out of it: not its records. */
export class CountedSocket extends Duplex {
  sent = 0
  received = 0
  readonly #socket: TLSSocket
  readonly #look: Look

  constructor(socket: TLSSocket, look: Look) {
    super()
    this.#socket = socket
    this.#look = look
    socket.on('data', (chunk: Buffer) => {
      this.received += chunk.length
      look('down', chunk)
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
    this.#look('up', chunk)
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

/** To a server of this machine, whose certificate nobody has signed. */
export async function dialTls(
  port: number,
  protocol: 'h2' | 'http/1.1',
  look: Look = () => undefined,
): Promise<CountedSocket> {
  const socket = connect({ port, host: '127.0.0.1', ALPNProtocols: [protocol], rejectUnauthorized: false })
  socket.setNoDelay(true)
  await once(socket, 'secureConnect')
  if (socket.alpnProtocol !== protocol) throw new Error(`the server does not speak ${protocol}`)
  return new CountedSocket(socket, look)
}
