import { connect, type Socket } from 'node:net'

/** All connections read into this buffer. Unused bytes are copied before the next read. */
const shared = Buffer.allocUnsafe(2 ** 18)
const NOTHING = Buffer.alloc(0)

/** Set by every read, so that the load generator can tell idle time from work. */
export const activity = { hasWorked: false }

export interface Connection {
  write: (bytes: string | Buffer) => void
  close: () => void
}

export interface ConnectionEvents {
  opened: () => void
  /** @returns the offset of the first unused byte; unused bytes are passed again, with those that follow */
  read: (bytes: Buffer, from: number, to: number) => number
  /** Closed by the server; not called after `close`. */
  ended: (why: string) => void
}

/** A TCP connection to this machine that bypasses Node's streams: the generator must cost less than the server. */
export function dial(port: number, { opened, read, ended }: ConnectionEvents): Connection {
  let rest = NOTHING
  let isClosed = false
  const callback = (length: number): boolean => {
    activity.hasWorked = true
    if (isClosed) return true
    const isWhole = rest.length === 0
    const bytes = isWhole ? shared : Buffer.concat([rest, shared.subarray(0, length)])
    const to = isWhole ? length : bytes.length
    const used = read(bytes, 0, to)
    rest = used === to ? NOTHING : Buffer.from(bytes.subarray(used, to))
    return true
  }
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer: shared, callback } })
  const end = (why: string) => {
    if (isClosed) return
    isClosed = true
    ended(why)
  }
  socket.once('connect', opened)
  socket.on('error', (error) => end(error.message))
  socket.on('close', () => end('closed by the server'))
  socket.on('end', () => socket.end())
  return {
    write: (bytes) => void socket.write(bytes, 'latin1'),
    close() {
      isClosed = true
      socket.resetAndDestroy()
    },
  }
}
