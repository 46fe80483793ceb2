import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Bytes of one direction: heads, and all other bytes. */
export interface HeadAndBody {
  head: number
  body: number
}

/** Bytes in both directions, as the server counts them: up is read, down is written. */
export interface TransferredBytes {
  up: HeadAndBody
  down: HeadAndBody
}

/** Counts the bytes of a request and its answer at the level of HTTP, without those that TLS and TCP add. */
export interface ByteSource {
  /** The TCP or TLS connection. Several sources may share it. */
  readonly connection: Socket
  /**
   * Returns the bytes since the last call, in an object that the next call may overwrite. Each byte is returned once.
   *
   * @param up bytes of the request's body among them, for a source that cannot know, as in HTTP/1.1; likewise `down`
   */
  readDelta(up: number, down: number): TransferredBytes
  /** Discards the bytes until now: no later call returns them. */
  discardDelta(): void
  /** Calls back once the last byte of the answer was written, or never will be: at once, if that is the case already. */
  whenComplete(callback: () => void): void
}

/** Of a message that was cut off, only a part of the body was transferred, or none. */
export function splitBytes(bytes: number, bodyBytes: number, parts: HeadAndBody): void {
  parts.body = Math.min(bytes, bodyBytes)
  parts.head = bytes - parts.body
}

const sources = new WeakMap<IncomingMessage, ByteSource>()

/** Gives a request a byte source other than its connection. */
export function assignByteSource(request: IncomingMessage, source: ByteSource): void {
  sources.set(request, source)
}

/** null for a request that has its connection to itself. */
export const assignedByteSource = (request: IncomingMessage): ByteSource | null => sources.get(request) ?? null
