import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'

/** Bytes of one direction: heads, and all that is not a head. */
export interface HeadAndBody {
  head: number
  body: number
}

/** Bytes that crossed in both directions, as the server sees them: up is read, down is written. */
export interface TransferredBytes {
  up: HeadAndBody
  down: HeadAndBody
}

/** Where the bytes of a request and its answer cross: HTTP's own bytes, below which TLS and TCP add theirs. */
export interface ByteSource {
  /** The TCP connection, or what TLS makes of one. Several sources may share it. */
  readonly connection: Socket
  /**
   * What crossed since the last call, in an object that the next call fills anew. Every byte is handed out once.
   *
   * @param up bytes of the request's body among them, if the source cannot tell, as in HTTP/1.1; likewise `down`
   */
  readDelta(up: number, down: number): TransferredBytes
  /** Bytes that crossed until now belong to nobody who asks later. */
  discardDelta(): void
  /** Calls back once the last byte of the answer has crossed, or never will: at once, if that is so already. */
  whenComplete(callback: () => void): void
}

/** If a message was cut off, only a part of its body has crossed, or none. */
export function splitBytes(bytes: number, bodyBytes: number, parts: HeadAndBody): void {
  parts.body = Math.min(bytes, bodyBytes)
  parts.head = bytes - parts.body
}

const sources = new WeakMap<IncomingMessage, ByteSource>()

/** Gives a request a byte source other than its connection. */
export function assignByteSource(request: IncomingMessage, source: ByteSource): void {
  sources.set(request, source)
}

/** The byte source that a request was given; null when it has its connection to itself. */
export const assignedByteSource = (request: IncomingMessage): ByteSource | null => sources.get(request) ?? null
