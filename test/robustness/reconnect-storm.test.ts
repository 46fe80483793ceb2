// @module-tag long
import { expect, it, onTestFinished } from 'vitest'
import { backoffMs } from '../../src/client/backoff.ts'
import { RoomMember } from '../../src/client/room-member.ts'
import type { Net } from '../../src/client/transports/transport.ts'
import { nodeNet } from '../../src/node/net.ts'
import type { TransportName } from '../../src/protocol.ts'
import { lastingPort } from '../support/port.ts'
import { startPlayground } from '../support/playground.ts'

/** More for a long run. */
const CLIENTS = Number(process.env['CLIENTS'] ?? 200)
/** On a busy machine, hundreds of clients in one process take their time. */
const LONGEST_WAIT_MS = 120_000
/** Clients that cannot join at once after the restart. */
const LATE = 14
const TRANSPORTS: readonly TransportName[] = ['websocket', 'sse', 'long-poll', 'http-stream', 'short-poll']

/** A refusal of the server, with the seconds that it asks to wait. */
interface Refusal {
  status: number
  retryAfter: string | null
}

/** The same network. Refusals are added to the list. */
function recordedNet(base: string, refusals: Refusal[]): Net {
  const net = nodeNet(base)
  return {
    ...net,
    fetch: async (input, init) => {
      const response = await net.fetch(input, init)
      const { status, headers } = response
      if (status >= 400) refusals.push({ status, retryAfter: headers.get('retry-after') })
      return response
    },
  }
}

it(
  `${CLIENTS} clients are back after a restart of the server, each refusal is 401, 429 or 503, and 429 and 503 say when to retry`,
  { timeout: 3 * LONGEST_WAIT_MS },
  async () => {
    const port = await lastingPort()
    const first = await startPlayground({ links: 'off' }, port)
    const refusals: Refusal[] = []
    const members = Array.from({ length: CLIENTS }, (_, i) => {
      const transport = TRANSPORTS[i % TRANSPORTS.length] ?? 'websocket'
      const member = new RoomMember({
        net: recordedNet(first.base, refusals),
        room: 'lobby',
        transport,
        tuning: { intervalMs: 500 },
        rejoin: 'when-forgotten',
      })
      onTestFinished(() => member.leave().catch(() => undefined))
      return member
    })
    const openMembers = () => members.filter(({ state }) => state.name === 'open').length
    await expect.poll(openMembers, { timeout: LONGEST_WAIT_MS }).toBe(CLIENTS)
    const tokens = new Set(members.map(({ token }) => token))
    await first.close()
    await expect.poll(openMembers, { timeout: LONGEST_WAIT_MS }).toBe(0)
    refusals.length = 0

    // Joins of two minutes may follow each other at once.
    const addressJoins = Math.floor((CLIENTS - LATE) / 2)
    const second = await startPlayground({ links: 'off', limitLocal: true, addressJoins }, port)
    for (const member of members) member.retry()
    const isBack = ({ token, state }: RoomMember) => token !== null && !tokens.has(token) && state.name === 'open'
    await expect.poll(() => members.filter(isBack).length, { timeout: LONGEST_WAIT_MS }).toBe(CLIENTS)
    expect(second.rooms.get('lobby').roster).toHaveLength(CLIENTS)
    const statuses = new Set(refusals.map(({ status }) => status))
    expect(statuses).toContain(401)
    // A slow machine spreads the joins, so that none may exceed the limit.
    expect([401, 429, 503]).toEqual(expect.arrayContaining([...statuses]))
    for (const { status, retryAfter } of refusals) {
      if (status !== 401) expect(Number(retryAfter), String(status)).toBeGreaterThanOrEqual(1)
    }
  },
)

it.each([0, 3, 8])('2,000 clients spread attempt %i over the whole time of the back-off', (attempt) => {
  const delays = Array.from({ length: 2000 }, () => backoffMs(attempt))
  const longest = Math.min(10_000, 250 * 2 ** attempt)
  expect(Math.max(...delays)).toBeLessThan(longest)
  const tenths = Array<number>(10).fill(0)
  for (const delay of delays) {
    const tenth = Math.floor((10 * delay) / longest)
    tenths[tenth] = (tenths[tenth] ?? 0) + 1
  }
  // 200 on average; the standard deviation is 13.
  expect(Math.min(...tenths)).toBeGreaterThan(100)
  expect(Math.max(...tenths)).toBeLessThan(300)
})
