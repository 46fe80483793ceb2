import { onTestFinished } from 'vitest'
import { Session } from '../../src/client/session.ts'
import { person, type TestPlayground } from './playground.ts'

/** A member that posts at given times, over a WebSocket. */
export async function connectSender(playground: TestPlayground, room = 'lobby'): Promise<Session> {
  const { member, token, cursor } = await person(playground, undefined, room)
  const session = new Session({ net: playground.net, room, member, token, cursor, transport: 'websocket' })
  onTestFinished(() => session.close())
  return session
}

/** @returns the 90th percentile of the lateness of the messages in ms, which shows how busy this machine was */
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
