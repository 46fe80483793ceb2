import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { SERVER_WINDOW_BITS } from '../config/limits.ts'
import { DomainError } from '../errors/domain-error.ts'
import type { App } from './app-types.ts'
import { hasBody } from './body-progress.ts'
import { isUpgrade } from './upgrades.ts'

/** The version of RFC 6455, and that of the draft before it, which differs in a name of a header only. */
const VERSIONS: readonly unknown[] = ['13', '8']
/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** A parameter of RFC 7692, 7.1. `bits`: the window that the server may use, as its number of bits. */
const DEFLATE_PARAMETER =
  /^(?:(?:server|client)_no_context_takeover|client_max_window_bits(?:=("?)(?:[89]|1[0-5])\1)?|server_max_window_bits=("?)(?<bits>[89]|1[0-5])\2)$/
const KEY = /^[A-Za-z0-9+/]{22}==$/

/** Refuses handshakes that the WebSocket library would refuse with a text, or accept though the request is of HTTP/1.0. */
export function checkHandshakes(app: App): void {
  app.addHook('onRequest', (request, reply, next) => {
    const error = isUpgrade(request) ? errorOf(request) : null
    if (request.ws) declineOffers(request.raw.headers)
    if (error?.code === 'upgrade-required') reply.header('sec-websocket-version', '13')
    if (error) next(error)
    else next()
  })
}

/** RFC 6455, 4.1: names, each once. */
function areProtocols(header: string): boolean {
  const offers = header.split(',').map((offer) => offer.trim())
  return offers.every((offer) => TOKEN.test(offer)) && new Set(offers).size === offers.length
}

/**
 * RFC 7692, 5.1: a server declines an offer that it cannot accept, and the socket opens without compression. The library would refuse
 * the handshake, so these offers are removed.
 */
function declineOffers(headers: IncomingHttpHeaders): void {
  const offers =
    headers['sec-websocket-extensions']
      ?.split(',')
      .map((offer) => offer.trim())
      .filter(isAcceptable) ?? []
  if (offers.length > 0) headers['sec-websocket-extensions'] = offers.join(',')
  else delete headers['sec-websocket-extensions']
}

function isAcceptable(offer: string): boolean {
  const [name = '', ...parameters] = offer.split(';').map((part) => part.trim())
  const names = new Set(parameters.map((parameter) => parameter.split('=')[0]))
  if (name !== 'permessage-deflate' || names.size !== parameters.length) return false
  return parameters.every((parameter) => {
    const match = DEFLATE_PARAMETER.exec(parameter)
    return match !== null && Number(match.groups?.['bits'] ?? SERVER_WINDOW_BITS) >= SERVER_WINDOW_BITS
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
  const protocols = headers['sec-websocket-protocol']
  if (protocols !== undefined && !areProtocols(protocols))
    return invalid('Sec-WebSocket-Protocol', 'names of protocols, each once, with commas between')
  if (!VERSIONS.includes(headers['sec-websocket-version'])) {
    return new DomainError('upgrade-required', 'this is a WebSocket of version 13', {
      field: 'Sec-WebSocket-Version',
      limit: '13',
    })
  }
  return ws ? null : invalid('connection', 'answers to all earlier requests')
}
