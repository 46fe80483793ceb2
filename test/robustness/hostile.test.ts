// @module-tag long
import { expect, it } from 'vitest'
import { ATTACK_KINDS } from '../../bench/robustness/hostile/attacks.ts'
import { runHostile } from '../../bench/robustness/hostile/run-hostile.ts'
import { tableOf } from '../../bench/robustness/hostile/table.ts'

/** A busy machine delays messages, too: `npm run hostile` compares with the time of peace. */
const MAX_P99_MS = 2000

it('one hostile client of each kind stops no honest member, and leaves no memory, connection, member or room behind', async () => {
  const result = await runHostile({ attackMs: 2000, peaceMs: 500 })
  console.log(tableOf(result))
  expect(result.rows.map(({ kind }) => kind)).toEqual([...ATTACK_KINDS])
  expect(Math.min(...result.rows.map(({ messages }) => messages))).toBeGreaterThan(10)
  expect(result.rows.filter(({ failures }) => failures.length > 0)).toEqual([])
  expect(result.serverFaults).toEqual([])
  expect(Math.max(...result.rows.map(({ p99Ms }) => p99Ms))).toBeLessThan(MAX_P99_MS)
}, 180_000)
