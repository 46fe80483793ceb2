import { STATUS_CODES, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'
import type { Problem } from '../../protocol.ts'

const refused = (status: number, detail: string): Problem => ({ type: 'refused', title: 'Refused', status, detail })

/** Errors of Node's HTTP parser: there is no request that could be answered by a route. */
function problemOfParser(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refused(408, 'the request did not arrive in time')
  if (code === 'HPE_HEADER_OVERFLOW') return refused(431, 'the head of the request is too large')
  return refused(400, 'this is not a request of HTTP')
}

/** Answers with a problem (RFC 9457) what is no request, and closes the connection. */
export function handleParserError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const problem = problemOfParser(error.code)
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
  ]
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroy(error)
}

/** The same for an address that Fastify cannot decode. No hook runs for such a request. */
export function handleBadUrl(error: Error & { statusCode?: number }, reply: FastifyReply): void {
  const problem = refused(error.statusCode ?? 400, error.message)
  const response: ServerResponse = reply.raw
  reply.hijack()
  const body = JSON.stringify(problem)
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(body)
}
