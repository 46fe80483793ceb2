import { onTestFinished } from 'vitest'
import { Session } from '../../src/client/session.ts'
import { person, type TestPlayground } from './playground.ts'

/** Somebody in the room who speaks at given moments, over a socket. */
export async function connectSender(playground: TestPlayground, room = 'lobby'): Promise<Session> {
  const { member, token, cursor } = await person(playground, undefined, room)
  const session = new Session({ net: playground.net, room, member, token, cursor, transport: 'websocket' })
  onTestFinished(() => session.close())
  return session
}

/** @returns by how many ms the 90th percentile of the messages was late: what this machine had no time for */
export async function sendAt(session: Session, arrivalsMs: readonly number[]): Promise<number> {
  const startedAt = performance.now()
  const latenessMs: number[] = []
  for (const [index, atMs] of arrivalsMs.entries()) {
    const leftMs = startedAt + atMs - performance.now()
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs))
    latenessMs.push(performance.now() - startedAt - atMs)
    session.send(`message ${index + 1}`)
  }
  return latenessMs.toSorted((a, b) => a - b)[Math.floor(0.9 * latenessMs.length)] ?? 0
}
