import { TRANSPORTS } from '../../../src/protocol.ts'
import type { Random } from '../../../src/random.ts'
import type { Target } from './target.ts'
import { any, below, bytesOf, cursorOf, draftOf, isLikely, jsonOf, textOf } from './texts.ts'

const METHODS = [
  'GET',
  'GET',
  'GET',
  'POST',
  'POST',
  'PATCH',
  'DELETE',
  'PUT',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'X',
] as const
const ENDS = [...TRANSPORTS, 'members', 'members/me', 'messages', 'meter', '', 'nothing'] as const
const OUTSIDE = [
  '/',
  '/about',
  '/healthz',
  '/readyz',
  '/metrics',
  '/docs',
  '/docs/json',
  '/docs/frames',
  '/main.js',
  '/js/../x',
  '/.git/HEAD',
]
const PARAMETERS = ['after', 'holdMs', 'callback', 'for', 'graceMs', 'sid', 'EIO', 'transport', 'token', '__proto__']
const TYPES = [
  'application/json',
  'application/json; charset=utf-16',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'application/problem+json',
  '',
]

/** A request in the form that HTTP asks for, with any content. */
export function requestOf(random: Random, target: Target): Buffer {
  const { port, token } = target
  const method = any(random, METHODS)
  const body = bodyOf(random)
  const headers = [
    `Host: ${isLikely(random, 0.95) ? `127.0.0.1:${port}` : visible(textOf(random))}`,
    `Content-Length: ${body.length}`,
    ...(isLikely(random, 0.7) ? [`Content-Type: ${any(random, TYPES)}`] : []),
    ...(isLikely(random, 0.5)
      ? [`Authorization: Bearer ${isLikely(random, 0.7) ? token : visible(textOf(random))}`]
      : []),
    ...(isLikely(random, 0.1) ? [`Last-Event-ID: ${visible(cursorOf(random))}`] : []),
    ...(isLikely(random, 0.1) ? [`If-None-Match: "${visible(cursorOf(random))}"`] : []),
    ...(isLikely(random, 0.05)
      ? [`Origin: ${any(random, ['null', 'http://x', 'file://', visible(textOf(random))])}`]
      : []),
    ...(isLikely(random, 0.05) ? upgradeOf(random) : []),
  ]
  return Buffer.concat([
    Buffer.from(`${method} ${targetOf(random, target)} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`),
    body,
  ])
}

/** A handshake, whole or in part. */
const upgradeOf = (random: Random): string[] => [
  'Connection: Upgrade',
  `Upgrade: ${any(random, ['websocket', 'websocket', 'h2c'])}`,
  ...(isLikely(random, 0.7) ? ['Sec-WebSocket-Version: 13'] : []),
  ...(isLikely(random, 0.7) ? ['Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='] : []),
]

/** Several requests in one piece: the answers have to come in their order. */
export function pipelineOf(random: Random, target: Target): { bytes: Buffer; count: number } {
  const requests = Array.from({ length: 2 + below(random, 3) }, () => requestOf(random, target))
  return { bytes: Buffer.concat(requests), count: requests.length }
}

/** The room of the token, another room, or no name of a room. */
function targetOf(random: Random, target: Target): string {
  const room = any<() => string>(random, [
    () => target.room,
    () => `fuzz${below(random, 20)}`,
    () => (isLikely(random, 0.4) ? encoded(random, textOf(random)) : target.room),
  ])()
  const path = isLikely(random, 0.8)
    ? `/rooms/${room}/${any(random, ENDS)}`
    : isLikely(random, 0.5)
      ? any(random, OUTSIDE)
      : `/${encoded(random, textOf(random))}`
  const parameters = Array.from({ length: below(random, 4) }, () => {
    const value = any<() => string>(random, [
      () => cursorOf(random),
      () => String(below(random, 300)),
      () => textOf(random),
    ])()
    return `${any(random, PARAMETERS)}=${encoded(random, value)}`
  })
  return `${path}${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`
}

/** Percent-encoded, or as it is but for what would end the request line. */
function encoded(random: Random, text: string): string {
  return isLikely(random, 0.5) ? encodeURIComponent(text.toWellFormed()) : visible(text).replaceAll(/[ #]/g, '')
}

const visible = (text: string): string => text.replaceAll(/[\r\n\0]/g, '')

function bodyOf(random: Random): Buffer {
  return any<() => Buffer>(random, [
    () => Buffer.alloc(0),
    () => Buffer.from(draftOf(random, `fuzz-${below(random, 1e9)}`)),
    () => Buffer.from(jsonOf(random)),
    () => Buffer.from(`{"name":${JSON.stringify(textOf(random))}}`),
    () => bytesOf(random, 200),
    () => Buffer.from(jsonOf(random).slice(0, -1)),
  ])()
}

/** Bytes that are nearly a request: bits, lines and pieces are changed, doubled and left out. */
export function rawRequestOf(random: Random, target: Target): Buffer {
  let bytes = requestOf(random, target)
  for (let changes = 1 + below(random, 3); changes > 0; changes--) bytes = changed(random, bytes)
  return bytes
}

const LINES = ['Transfer-Encoding: chunked', 'Content-Length: 5', 'Content-Length: -1', 'Content-Length: 1e3', 'Host: y', ' folded', 'a\0b: c', ': x', 'X: ' + 'y'.repeat(20_000), 'Expect: 100-continue', 'Expect: x', 'HTTP2-Settings: x', 'Connection: close, keep-alive'] // prettier-ignore

function changed(random: Random, bytes: Buffer): Buffer {
  const at = below(random, bytes.length + 1)
  const lineEnd = bytes.indexOf('\r\n') + 2
  return any<() => Buffer>(random, [
    () => Buffer.concat([bytes.subarray(0, at), bytesOf(random, 8), bytes.subarray(at)]),
    () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 20))]),
    () => bytes.subarray(0, at),
    () => Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
    () =>
      Buffer.concat([bytes.subarray(0, lineEnd), Buffer.from(`${any(random, LINES)}\r\n`), bytes.subarray(lineEnd)]),
    () => Buffer.concat([bytes, bytes]),
  ])()
}
