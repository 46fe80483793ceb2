import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchema,
  type RouteOptions,
} from 'fastify'
import * as Type from 'typebox'
import { schemas, TRANSPORTS } from '../../protocol.ts'
import { notFound } from '../http/error-handler.ts'
import { problemOf } from '../http/problems.ts'
import { framesDocument, framesPage } from './asyncapi.ts'

interface Described {
  summary: string
  needsToken?: boolean
  answers: Record<number, { description: string; content?: object }>
}

const json = (schema: object) => ({ content: { 'application/json': { schema } } })
const refused = (...statuses: number[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: REFUSALS[status] ?? '', content: { 'application/problem+json': { schema: schemas.problem } } },
    ]),
  )
const REFUSALS: Record<number, string> = {
  400: 'not valid: `field` and `limit` say what to correct',
  401: 'the token is missing or unknown',
  404: 'the addressed member is not in the room, or there is nothing at this address',
  409: 'taken or used up: `type` says which',
  410: 'the member has left: join again',
  426: 'this is a WebSocket: see /docs/frames',
  429: 'too many unanswered requests on one connection: it is closed',
  503: 'full, closing, or the store is away: Retry-After says when to retry',
}

const ROUTES: Record<string, Described> = {
  'POST /members': {
    summary: 'Join the room',
    answers: { 201: { description: 'joined', ...json(schemas.joined) }, ...refused(400, 409, 503) },
  },
  'GET /members': {
    summary: 'List the members',
    answers: { 200: { description: 'the roster', ...json(Type.Array(schemas.rosterMember)) }, ...refused(503) },
  },
  'PATCH /members/me': {
    summary: 'Change the name',
    needsToken: true,
    answers: { 200: { description: 'changed', ...json(schemas.member) }, ...refused(400, 401, 409, 410, 503) },
  },
  'DELETE /members/me': {
    summary: 'Leave, at once or after a grace',
    needsToken: true,
    answers: { 204: { description: 'left, or leaving' }, ...refused(400, 401, 410, 503) },
  },
  'POST /messages': {
    summary: 'Post a message',
    needsToken: true,
    answers: {
      201: { description: 'stored', ...json(schemas.ack) },
      200: { description: 'was stored before', ...json(schemas.ack) },
      ...refused(400, 401, 404, 409, 410, 503),
    },
  },
  ...Object.fromEntries(
    TRANSPORTS.map((transport) => [
      `GET /${transport}`,
      {
        summary: `Read by ${transport}: the events after the cursor, or the history without one`,
        answers: {
          200: { description: 'a batch, or a stream of them', ...json(schemas.batch) },
          204: { description: 'nothing new' },
          ...refused(400, 401, 410, 426, 429, 503),
        },
      },
    ]),
  ),
}

/** Routes beside the rooms. */
const OTHER_ROUTES: Record<string, Described> = {
  'GET /reports': {
    summary: 'List the benchmark’s reports of this server, the newest first',
    answers: { 200: { description: 'at most 100 reports', ...json(schemas.reports) } },
  },
  'GET /reports/:id': {
    summary: 'Read a report: `report.json`',
    answers: { 200: { description: 'schema: bench/report/report.schema.json', ...json({}) }, ...refused(400, 404) },
  },
  'GET /reports/:id/coefficients': {
    summary: 'Read the coefficients of a report: `coefficients.json`',
    answers: {
      200: { description: 'schema: bench/report/coefficients.schema.json', ...json({}) },
      ...refused(400, 404),
    },
  },
  'GET /reports/:id/page': {
    summary: 'Read a report as a page: `report.html`',
    answers: { 200: { description: 'HTML', content: { 'text/html': {} } }, ...refused(400, 404) },
  },
}

const ROOM = '/rooms/:room'

/** A route as it is mounted, with the schemas that it validates with. */
export type MountedRoute = Pick<RouteOptions, 'method' | 'url' | 'schema'>

/** An app that describes these routes at /docs. It serves nothing else: at all other addresses the answer is 404. */
export async function buildDocs(routes: readonly MountedRoute[]): Promise<FastifyInstance> {
  const docs = Fastify()
  docs.setValidatorCompiler(() => () => true)
  const sendNotFound = (request: FastifyRequest, reply: FastifyReply) =>
    reply
      .code(404)
      .type('application/problem+json')
      .send(JSON.stringify(problemOf(notFound(request))))
  docs.setNotFoundHandler(sendNotFound)
  // As in routes/page.ts: a path that leads out of the folder.
  docs.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error.statusCode === 403) return sendNotFound(request, reply)
    throw error
  })
  await docs.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'transport-playground',
        version: '0.1.0',
        description: 'One chat room behind interchangeable transports. Frames of the WebSocket: [docs/frames](frames).',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
    // Here and not at the routes: Fastify would serialise each answer by its schema, and this project measures without that.
    transform: ({ schema, url, route }) => {
      const own = schema as FastifySchema | undefined
      const isOfRoom = url.startsWith(ROOM)
      const described = isOfRoom
        ? ROUTES[`${String(route.method)} ${url.slice(ROOM.length)}`]
        : OTHER_ROUTES[`${String(route.method)} ${url}`]
      if (!described || own?.hide) return { schema: { hide: true }, url }
      const { summary, needsToken, answers } = described
      const security = needsToken ? { security: [{ token: [] }] } : {}
      const all = {
        ...own,
        ...(isOfRoom && { params: schemas.room }),
        summary,
        response: answers,
        ...security,
      }
      return { schema: all, url }
    },
  })
  for (const { method, url, schema } of routes) {
    docs.route({ method, url, ...(schema && { schema }), handler: (_request, reply) => reply.callNotFound() })
  }
  await docs.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    // Its own policy makes a browser load these pages by HTTPS only, which this server may not speak.
    transformStaticCSP: (policy) => policy.replace(/upgrade-insecure-requests;?/, '').trim(),
    uiConfig: { deepLinking: true },
    // Relative to the document, which a proxy may serve below a path.
    transformSpecification: (document) => ({ ...document, servers: [{ url: '..' }] }),
  })
  docs.get('/docs/frames', async (_request, reply) => {
    reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    return reply.type('text/html; charset=utf-8').send(framesPage())
  })
  docs.get('/docs/asyncapi.json', async () => framesDocument())
  await docs.ready()
  return docs
}
