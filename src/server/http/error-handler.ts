import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError } from '../errors/domain-error.ts'
import type { App } from './app-types.ts'
import { notFoundPage, wantsPage } from './not-found-page.ts'
import { retryAfterS, toProblem } from './problems.ts'

export function notFound({ method, url }: FastifyRequest): DomainError {
  return new DomainError('not-found', `there is nothing at ${method} ${url.split('?')[0] ?? ''}`)
}

/** Answers every error, and every request that no route takes, with a problem (RFC 9457). */
export function handleErrors(app: App): void {
  app.setNotFoundHandler((request, reply) => {
    // A cache must not give the page to a program.
    reply.header('vary', 'accept')
    if (wantsPage(request.headers.accept)) return sendPage(request, reply)
    throw notFound(request)
  })

  app.setErrorHandler((error, _request, reply) => {
    const problem = toProblem(error, app.log)
    const retryS = retryAfterS(error)
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
    if (retryS !== undefined) reply.header('retry-after', retryS)
    // Without no-store, a cache may keep a 404 or a 410 and give it to another client.
    return reply
      .code(problem.status)
      .header('cache-control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(problem))
  })
}

const sendPage = ({ url }: FastifyRequest, reply: FastifyReply): FastifyReply =>
  reply
    .code(404)
    .header('cache-control', 'no-store')
    .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    .header('x-content-type-options', 'nosniff')
    .type('text/html; charset=utf-8')
    .send(notFoundPage(url))
