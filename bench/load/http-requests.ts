import { post } from '../../src/client/transports/http.ts'
import { join } from '../../src/client/members.ts'
import { DEFAULT_TUNING } from '../../src/client/transports/transport.ts'
import type { Batch } from '../../src/protocol.ts'
import { nodeNet } from '../../src/node/net.ts'
import type { HttpLoad } from './http-load.ts'

export const HTTP_SUBJECTS = ['empty-poll', 'poll-10', 'ready-long-poll', 'post'] as const
export type HttpSubject = (typeof HTTP_SUBJECTS)[number]

type Load = Omit<HttpLoad, 'connections' | 'durationS'>

/** Posts ten messages to a room of a running server. @returns the request of each subject, for that room */
export async function prepareRoom(
  base: string,
  room: string,
  payloadBytes: number,
  holdMs: number,
): Promise<Record<HttpSubject, Load>> {
  const net = nodeNet(base)
  const { token, cursor } = await join(net, room)
  const context = { net, room, token, tuning: DEFAULT_TUNING }
  const text = 'x'.repeat(payloadBytes)
  for (let i = 0; i < 10; i++)
    await post(context, { id: `seed-${i}-${Date.now()}`, text }, new AbortController().signal)
  const { cursor: head } = (await (await fetch(`${base}/rooms/${room}/short-poll`)).json()) as Batch
  const get = (path: string): Load => ({
    url: `${base}/rooms/${room}/${path}`,
    method: 'GET',
    headers: {},
    timeoutS: holdMs / 1000 + 5,
  })
  return {
    'empty-poll': get(`short-poll?after=${head}`),
    'poll-10': get(`short-poll?after=${cursor}`),
    'ready-long-poll': get(`long-poll?after=${cursor}`),
    post: {
      ...get('messages'),
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      postsTextOfBytes: payloadBytes,
    },
  }
}
