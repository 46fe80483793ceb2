import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Problem } from '../protocol.ts'
import type { EncodedBatch } from './follow.ts'
import { isGone } from './gone.ts'
import { problems } from './problem.ts'
import type { Visit } from './seat.ts'

/** An answer that goes on for as long as there is somebody to read it. */
export interface StreamLine {
  /** Settles when the text has gone out to the network, or never will: waiting for it is the back-pressure. */
  send(text: string, batch?: EncodedBatch | null): Promise<void>
  end(): void
}

/** The head goes out at once: a browser then knows that the line is open, however long the room stays quiet. */
export function openStream(request: FastifyRequest, reply: FastifyReply, contentType: string): StreamLine {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    'content-type': contentType,
    // no-transform, since what compresses an answer holds it back until there is enough of it; nginx asks for its own word.
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  })
  raw.flushHeaders()
  const counts = request.exchange.stream()
  raw.once('close', counts.end)
  return {
    send: (text, batch = null) =>
      new Promise((resolve) => {
        if (isGone(raw)) {
          resolve()
          return
        }
        counts.sent(batch)
        raw.write(text, () => resolve())
      }),
    end: () => void raw.end(),
  }
}

/** Why a line ends that its reader did not leave; null when there is nothing to say but to come back. */
export function lastWord({ seat }: Visit): Problem | null {
  return seat?.isEnded ? problems.memberEnded('this member has left the room: join again').problem : null
}
