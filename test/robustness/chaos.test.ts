import { describe, expect, it } from 'vitest'
import type { StoreName } from '../../bench/robustness/chaos/room-under-test.ts'
import { runChaos } from '../../bench/robustness/chaos/run-chaos.ts'
import { ACT_KINDS, scheduleOf, type Plan } from '../../bench/robustness/chaos/schedule.ts'
import { printHistory } from '../../bench/robustness/history/print.ts'
import { shorten } from '../../bench/robustness/history/shorten.ts'
import { LONG } from '../support/long.ts'
import { describeWithRedis } from '../support/redis.ts'

/** CHAOS=long, or CHAOS_S with any number of seconds: longer, at the same rates. */
const DURATION_S = Number(process.env['CHAOS_S'] ?? (process.env['CHAOS'] === 'long' ? 20 : 6))
const TIMEOUT_MS = 160_000 + 2000 * DURATION_S
const MESSAGES = 250 * DURATION_S
const SWITCHES = 10 * DURATION_S
const CUTS = 10 * DURATION_S

const planOf = (seed: number, servers: number): Plan => ({
  seed,
  durationMs: DURATION_S * 1000,
  clients: 12,
  servers,
  counts: { message: MESSAGES, switch: SWITCHES, cut: CUTS, stall: 4, hop: servers > 1 ? 2 * DURATION_S : 0 },
})

/** Processes stay, so nothing may be lost, and no client may be told of a gap. */
async function expectNothingLost(store: StoreName, servers: number): Promise<void> {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 32))
  console.log(`SEED=${seed}`)
  const { history, violations, serverFaults } = await runChaos(planOf(seed, servers), store)
  const short = shorten(history)
  expect(violations, short ? printHistory(short.history, short.violation) : '').toEqual([])
  expect(serverFaults).toEqual([])
  const entries = history.clients.flatMap((client) => client.entries)
  const count = (kind: string) => entries.filter((entry) => entry.kind === kind).length
  expect(count('acknowledged')).toBe(MESSAGES)
  expect(count('switched')).toBe(SWITCHES)
  expect(count('reset')).toBe(0)
  expect(count('ended')).toBe(0)
}

const title = `${MESSAGES} messages during ${SWITCHES} switches of transport and ${CUTS} cuts reach all members once and in order`

describe('a server with rooms in memory', () => {
  it(title, () => expectNothingLost('memory', 1), TIMEOUT_MS)
})

describeWithRedis('two servers with one Redis', () => {
  it(title, { ...LONG, timeout: TIMEOUT_MS }, () => expectNothingLost('redis', 2))
})

describe('a schedule', () => {
  const plan: Plan = { ...planOf(1, 3), counts: Object.fromEntries(ACT_KINDS.map((kind) => [kind, 20])) }

  it('is the same for the same seed, and another for another seed', () => {
    expect(scheduleOf(plan)).toEqual(scheduleOf(plan))
    expect(scheduleOf({ ...plan, seed: 2 })).not.toEqual(scheduleOf(plan))
  })

  it('has the number of acts of each kind, in the order of time', () => {
    const scheduled = scheduleOf(plan)
    for (const kind of ACT_KINDS) expect(scheduled.filter(({ act }) => act.kind === kind)).toHaveLength(20)
    expect(scheduled.map(({ atMs }) => atMs)).toEqual(scheduled.map(({ atMs }) => atMs).sort((a, b) => a - b))
  })
})
