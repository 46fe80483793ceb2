import type { FastifyRequest } from 'fastify'
import { DomainError } from '../errors/domain-error.ts'
import type { App } from './app-types.ts'
import { hasBody } from './body-progress.ts'
import { isUpgrade } from './upgrades.ts'

/** The version of RFC 6455, and that of the draft before it, which differs in a name of a header only. */
const VERSIONS: readonly unknown[] = ['13', '8']
const KEY = /^[A-Za-z0-9+/]{22}==$/

/** Refuses handshakes that the WebSocket library would refuse with a text, or accept though the request is of HTTP/1.0. */
export function checkHandshakes(app: App): void {
  app.addHook('onRequest', (request, reply, next) => {
    const error = isUpgrade(request) ? errorOf(request) : null
    if (error?.code === 'upgrade-required') reply.header('sec-websocket-version', '13')
    if (error) next(error)
    else next()
  })
}

function errorOf({ method, headers, raw, ws }: FastifyRequest): DomainError | null {
  const invalid = (field: string, limit: string) =>
    new DomainError('invalid', `the handshake of a WebSocket needs ${field}: ${limit}`, { field, limit })
  if (method !== 'GET') return invalid('method', 'GET')
  if (raw.httpVersion === '1.0') return invalid('version', 'HTTP/1.1')
  if (headers.upgrade?.toLowerCase() !== 'websocket') return invalid('Upgrade', 'websocket')
  if (hasBody(raw)) return invalid('Content-Length', '0')
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) return invalid('Sec-WebSocket-Key', '16 bytes in base64')
  if (!VERSIONS.includes(headers['sec-websocket-version'])) {
    return new DomainError('upgrade-required', 'this is a WebSocket of version 13', {
      field: 'Sec-WebSocket-Version',
      limit: '13',
    })
  }
  return ws ? null : invalid('connection', 'answers to all earlier requests')
}
