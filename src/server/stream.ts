import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FrameKind } from '../meter.ts'
import type { Problem } from '../protocol.ts'
import type { EncodedBatch } from './follow.ts'
import { isGone } from './gone.ts'
import { problems } from './problem.ts'
import type { Visit } from './seat.ts'

/** An answer that goes on for as long as there is somebody to read it. */
export interface StreamLine {
  /** Settles when the text has gone out to the network, or never will: waiting for it is the back-pressure. */
  send(text: string, batch?: EncodedBatch | null, kind?: FrameKind): Promise<void>
  end(): void
}

/** RFC 9112, 7.1: the length in hexadecimal, and two line ends around the piece. */
const chunkBytes = (length: number): number => length.toString(16).length + 4

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
  const counts = request.exchange.stream('stream', 200)
  raw.once('close', () => counts.end())
  // Whoever asks for the head alone has it.
  if (request.method === 'HEAD') raw.end()
  let endsAt = 0
  return {
    send: (text, batch = null, kind = batch ? 'batch' : 'beat') =>
      new Promise((resolve) => {
        if (isGone(raw) || raw.writableEnded) {
          resolve()
          return
        }
        const length = Buffer.byteLength(text)
        endsAt += length
        counts.sent(length + (raw.chunkedEncoding ? chunkBytes(length) : 0), { kind, batch, endsAt })
        raw.write(text, () => resolve())
      }),
    end: () => void raw.end(),
  }
}

/** Why a line ends that its reader did not leave; null when there is nothing to say but to come back. */
export function lastWord({ seat }: Visit): Problem | null {
  return seat?.isEnded ? problems.memberEnded('this member has left the room: join again').problem : null
}
