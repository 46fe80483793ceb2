import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'
import type { Problem } from '../../protocol.ts'
import { connectionOf } from '../metering/client-connection.ts'
import { currentAnswer } from './current-answer.ts'

const refused = (status: number, detail: string): Problem => ({ type: 'refused', title: 'Refused', status, detail })

/** Errors of Node's HTTP parser: there is no request that could be answered by a route. */
function problemOfParser(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refused(408, 'the request did not arrive in time')
  if (code === 'HPE_HEADER_OVERFLOW') {
    // A browser sends the cookies of a host name to each of its ports.
    return refused(431, 'the head of the request is too large: do other servers at this host name set many cookies?')
  }
  return refused(400, 'this is not a request of HTTP')
}

/**
 * Answers with a problem (RFC 9457) what is no request, and closes the connection. Complete requests before are answered first: a
 * client would take the problem for their answer.
 */
export function handleParserError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const connection = connectionOf(socket)
  const answer = currentAnswer(socket)
  if (answer?.req.complete && !connection.isRefused) {
    connection.refuse()
    refuseAfterAnswers(error, socket)
  } else if (!answer?.req.complete) {
    refuse(error, socket)
  }
}

function refuseAfterAnswers(error: NodeJS.ErrnoException, socket: Socket): void {
  const answer = currentAnswer(socket)
  if (answer?.req.complete) answer.once('close', () => refuseAfterAnswers(error, socket))
  else refuse(error, socket)
}

function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.destroyed) return
  const problem = problemOfParser(error.code)
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
  ]
  // In an answer that has begun, the problem would be a part of the body.
  if (socket.writable && !currentAnswer(socket)?.headersSent) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  socket.destroy(error)
}

/** The same for an address that Fastify cannot decode. No hook runs for such a request. */
export function handleBadUrl(error: Error & { statusCode?: number }, reply: FastifyReply): void {
  reply.hijack()
  sendProblem(reply.raw, refused(error.statusCode ?? 400, error.message))
}

/** The same for an Expect header that is not `100-continue`. Closes the connection: a body may follow. */
export function refuseExpectation(request: IncomingMessage, response: ServerResponse): void {
  if (request.httpVersionMajor === 1) response.setHeader('connection', 'close')
  sendProblem(response, refused(417, 'no expectation but 100-continue is met here'))
}

function sendProblem(response: ServerResponse, problem: Problem): void {
  const body = JSON.stringify(problem)
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  response.end(body)
}
