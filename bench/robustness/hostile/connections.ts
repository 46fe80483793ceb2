import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Target } from '../fuzz/target.ts'
import type { Rate } from './rate.ts'

export interface Attacker {
  target: Target
  /** Bytes that are sent. */
  bytes: Rate
  /** Connections that are opened. */
  connects: Rate
  signal: AbortSignal
}

/** Connects, and calls `use` with the connection; again and again, until the signal aborts. */
export async function reconnecting(
  { target, connects, signal }: Attacker,
  use: (socket: Socket, closed: Promise<unknown>) => Promise<unknown>,
): Promise<void> {
  while (!signal.aborted) {
    await connects.take(1)
    if (isAborted(signal)) return
    const socket = connect(target.port, '127.0.0.1')
    const end = () => socket.resetAndDestroy()
    signal.addEventListener('abort', end)
    socket.on('error', () => undefined)
    // An orderly end would keep the port in use for a minute.
    socket.on('end', end)
    const closed = once(socket, 'close').catch(() => undefined)
    try {
      await once(socket, 'connect')
      await Promise.race([use(socket, closed), closed])
    } catch {
      // The connection has ended: the next one follows.
    }
    end()
    await closed
    signal.removeEventListener('abort', end)
  }
}

/** Functions, since the compiler assumes that a property is unchanged after an `await`. */
const isOpen = (socket: Socket): boolean => !socket.destroyed
const isAborted = (signal: AbortSignal): boolean => signal.aborted

/** Unlike `once` of events, without a listener for errors that would stay. */
const drained = (socket: Socket): Promise<void> => new Promise((resolve) => socket.once('drain', resolve))

/** Writes the same bytes until the connection ends. */
export async function writeOn(
  { bytes: rate }: Attacker,
  socket: Socket,
  closed: Promise<unknown>,
  bytes: Buffer,
): Promise<void> {
  while (!socket.destroyed) {
    await rate.take(bytes.length)
    if (isOpen(socket) && !socket.write(bytes)) await Promise.race([drained(socket), closed])
  }
}

/**
 * One request after another on one connection.
 *
 * @param next returns the next request, given the answer to the one before; '' at first
 */
export async function requestOn(
  attacker: Attacker,
  socket: Socket,
  closed: Promise<unknown>,
  next: (answer: string) => string,
): Promise<void> {
  let received = ''
  let onAnswer: () => void = () => undefined
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    if (isComplete(received)) onAnswer()
  })
  while (!socket.destroyed) {
    const bytes = Buffer.from(next(received))
    await attacker.bytes.take(bytes.length)
    received = ''
    const answered = new Promise<void>((resolve) => (onAnswer = resolve))
    socket.write(bytes)
    await Promise.race([answered, closed])
  }
}

function isComplete(received: string): boolean {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return false
  if (/^HTTP\/1\.1 (204|304)/.test(received)) return true
  const [, length] = /content-length: (\d+)/i.exec(received.slice(0, headEnd)) ?? []
  return length !== undefined && received.length >= headEnd + 4 + Number(length)
}

/** A request with a JSON body, or without a body. */
export function requestText({ port, token }: Target, line: string, body?: object): string {
  const head = [`${line} HTTP/1.1`, `Host: 127.0.0.1:${port}`]
  if (body === undefined) return [...head, '', ''].join('\r\n')
  const json = JSON.stringify(body)
  head.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(json)}`)
  return [...head, `Authorization: Bearer ${token}`, '', json].join('\r\n')
}

export const upgradeText = ({ port }: Target, path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
