import { connect, type Socket } from 'node:net'

/** Every read goes through this one: what is not used up at once is copied. */
const shared = Buffer.allocUnsafe(2 ** 18)
const NOTHING = Buffer.alloc(0)

/** Whether this process has had anything to do since somebody set this to false. */
export const activity = { hasWorked: false }

export interface Connection {
  write: (bytes: string | Buffer) => void
  close: () => void
}

export interface ConnectionEvents {
  opened: () => void
  /** @returns where the first byte is that is not used up: it comes again, with what follows */
  read: (bytes: Buffer, from: number, to: number) => number
  /** By the other side; not after `close`. */
  ended: (why: string) => void
}

/** A TCP connection to this machine without Node's streams between: a load generator has to be cheaper than what it loads. */
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
