import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyReply } from 'fastify'
import { BACKLOG } from './listen.ts'
import { KEEP_ALIVE_MS } from './posts.ts'
import { Room } from './room.ts'

/** `reply.send()` of a string: the JSON is not made again for each reader. */
export async function start(): Promise<number> {
  const room = new Room()
  let waiting = new Set<FastifyReply>()
  const app = Fastify({ logger: false, keepAliveTimeout: KEEP_ALIVE_MS })
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => done(null, body))

  const answer = (reply: FastifyReply, body: string) => void reply.type('application/json').send(body)
  app.post<{ Body: string }>('/messages', (request, reply) => {
    const message = room.add(request.body)
    const asked = waiting
    waiting = new Set()
    const news = `[${message}]`
    for (const one of asked) answer(one, news)
    void reply.send('ok')
  })
  app.get<{ Querystring: { after: string } }>('/long-poll', (request, reply) => {
    const after = Number(request.query.after)
    if (room.hasAfter(after)) {
      answer(reply, room.after(after))
      return
    }
    waiting.add(reply)
    reply.raw.on('close', () => waiting.delete(reply))
  })
  app.get<{ Querystring: { after: string } }>('/short-poll', (request, reply) => {
    answer(reply, room.after(Number(request.query.after)))
  })
  await app.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG })
  return (app.server.address() as AddressInfo).port
}
