import type { Readable } from 'node:stream'

/**
 * Passes the received bytes to `read`, which returns the offset of the first unused byte. Unused bytes are passed again,
 * with the bytes that follow.
 */
export function readUnused(stream: Readable, read: (bytes: Buffer) => number): void {
  let unused: Buffer = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    const bytes = unused.length === 0 ? chunk : Buffer.concat([unused, chunk])
    unused = bytes.subarray(read(bytes))
  })
}
