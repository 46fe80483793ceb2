import type { FastifyReply, FastifyRequest } from 'fastify'
import { oncePer, type EncodedBatch } from './encoded-batch.ts'
import { isGone } from './gone.ts'
import { refusals } from './problem.ts'

const NO_STORE = ['cache-control', 'no-store']

/**
 * A batch as an answer. Its body is a string with one character per byte: Node writes head and body together, in one
 * write, if both are strings.
 */
const asAnswer = oncePer(({ json }: EncodedBatch) => {
  const body = Buffer.from(json)
  const headers = ['content-type', 'application/json', 'content-length', String(body.length), ...NO_STORE]
  return { headers, body: body.toString('latin1'), bytes: body.length }
})

/**
 * Answers a poll with a batch, or says that there is nothing. Most answers are written past Fastify and without the headers
 * that Node adds (Date, Connection, Keep-Alive): on HTTP/1.1 a connection is kept unless somebody says otherwise.
 */
export function answerPoll(request: FastifyRequest, reply: FastifyReply, batch: EncodedBatch | null): void {
  const { meter, reader, room } = request.context
  if (isGone(reply.raw)) {
    reply.hijack()
    return
  }
  if (reader.membership?.isEnded) {
    void reply.send(refusals.hasLeft())
    return
  }
  meter.answersPoll(batch)
  const { raw } = reply
  if (!keepsConnection(request) || room.log.isClosed) {
    if (batch) void reply.type('application/json').send(batch.json)
    else void reply.code(204).send()
    return
  }
  reply.hijack()
  raw.sendDate = false
  raw.removeHeader('connection')
  if (batch) {
    const { headers, body, bytes } = asAnswer(batch)
    meter.answered(200, bytes)
    raw.writeHead(200, headers).end(body, 'latin1')
  } else {
    meter.answered(204, 0)
    raw.writeHead(204, NO_STORE).end()
  }
}

/** HTTP/1.1, and no wish that the connection be closed. */
const keepsConnection = ({ raw: { httpVersion, headers } }: FastifyRequest): boolean =>
  httpVersion === '1.1' && (headers.connection === undefined || headers.connection === 'keep-alive')
