import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { join } from '../../src/client/members.ts'
import { Session } from '../../src/client/session.ts'
import type { SessionOptions } from '../../src/client/session-options.ts'
import {
  DEFAULT_TUNING,
  type TransportTuning,
  type Net,
  type TransportContext,
} from '../../src/client/transports/transport.ts'
import type { Batch, Joined, RoomEvent, TransportName } from '../../src/protocol.ts'
import { buildApp } from '../../src/server/app.ts'
import type { Config } from '../../src/server/config/settings.ts'
import type { Rooms } from '../../src/server/room/rooms.ts'
import { nodeNet } from '../../src/node/net.ts'
import { LASTING_PORTS_END } from './port.ts'

export interface TestPlayground {
  base: string
  port: number
  net: Net
  rooms: Rooms
  close: () => Promise<void>
}

/**
 * A real server on a free port. The end of the test closes it.
 *
 * @param onPort of a server that is closed and started again: from `lastingPort`, since the system gives any other port away
 */
export async function startPlayground(config: Partial<Config> = {}, onPort = 0): Promise<TestPlayground> {
  if (onPort >= LASTING_PORTS_END) throw new Error(`port ${onPort} may be in use by now: use lastingPort()`)
  const { app, rooms } = await buildApp({ logLevel: 'error', jsonp: true, ...config })
  await app.listen({ port: onPort, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  const { port } = app.server.address() as AddressInfo
  const base = `${config.tls ? 'https' : 'http'}://127.0.0.1:${port}`
  return { base, port, net: nodeNet(base), rooms, close: () => app.close() }
}

export interface Person extends Joined {
  context: TransportContext
}

/** A member, with the data that a transport needs to act as this member. */
export async function person(
  { net }: TestPlayground,
  name?: string,
  room = 'lobby',
  tuning?: Partial<TransportTuning>,
): Promise<Person> {
  const joined = await join(net, room, name === undefined ? {} : { name })
  return {
    ...joined,
    context: {
      net,
      room,
      token: joined.token,
      memberId: joined.member.id,
      tuning: { ...DEFAULT_TUNING, intervalMs: 20, ...tuning },
    },
  }
}

/** A session of a member, with all that it received. */
export interface Watcher {
  session: Session
  events: RoomEvent[]
  /** Texts of the received messages, in order. */
  texts: () => string[]
  resets: () => number
}

export function watch(
  playground: Pick<TestPlayground, 'net'>,
  who: Joined,
  transport: TransportName,
  options: Partial<SessionOptions> = {},
): Watcher {
  const events: RoomEvent[] = []
  let resets = 0
  const session = new Session({
    net: playground.net,
    room: 'lobby',
    member: who.member,
    token: who.token,
    transport,
    cursor: who.cursor,
    ...options,
    tuning: { intervalMs: 20, ...options.tuning },
    observer: {
      ...options.observer,
      events: (batch, isReset) => {
        if (isReset) resets += 1
        events.push(...batch)
        options.observer?.events?.(batch, isReset)
      },
    },
  })
  onTestFinished(() => session.close())
  return { session, events, texts: () => textsOf(events), resets: () => resets }
}

export const textsOf = (events: readonly RoomEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'message' ? [event.text] : []))

/** Batches of a connection until `isEnough` returns true; then the connection is aborted. */
export async function collect(
  batches: (signal: AbortSignal) => AsyncIterable<Batch>,
  isEnough: (events: RoomEvent[], batches: Batch[]) => boolean | Promise<boolean>,
): Promise<{ events: RoomEvent[]; batches: Batch[] }> {
  const line = new AbortController()
  const seen: { events: RoomEvent[]; batches: Batch[] } = { events: [], batches: [] }
  try {
    for await (const batch of batches(line.signal)) {
      seen.batches.push(batch)
      seen.events.push(...batch.events)
      if (await isEnough(seen.events, seen.batches)) break
    }
  } finally {
    line.abort(new Error('seen enough'))
  }
  return seen
}

let drafts = 0
export const draft = (text: string, to?: string) => ({
  id: `draft-${++drafts}-${process.pid}`,
  text,
  ...(to ? { to } : {}),
})
