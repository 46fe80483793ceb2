// @module-tag long
import { expect, it, onTestFinished } from 'vitest'
import { person, startPlayground, watch } from '../support/playground.ts'

const DAY_MS = 86_400_000
const LEASE_MS = 1500

/** Sets the wall clock of this process forward or back, for server and clients. Timers and performance.now() are not affected. */
function shiftClock(byMs: number): void {
  const { now } = Date
  Date.now = () => now() + byMs
  onTestFinished(() => void (Date.now = now))
}

it.each([
  ['a day ahead', DAY_MS],
  ['an hour back', -DAY_MS / 24],
])('a wall clock that is set %s ends no lease early or late, and messages keep their order', async (_, byMs) => {
  const playground = await startPlayground({ lease: LEASE_MS })
  const ada = watch(playground, await person(playground, 'ada'), 'websocket')
  const ben = watch(playground, await person(playground, 'ben'), 'short-poll')
  const namesOfLeft = () => ada.events.flatMap((event) => (event.type === 'left' ? [event.member.name] : []))
  ada.session.send('before')
  await person(playground, 'early')
  await expect.poll(namesOfLeft, { interval: LEASE_MS / 50 }).toEqual(['early'])

  // The next check of leases is for this member: with the wall clock, its lease would be over or would never be.
  const joinedAt = performance.now()
  await person(playground, 'late')
  shiftClock(byMs)
  ada.session.send('after')
  await expect.poll(namesOfLeft, { interval: LEASE_MS / 50 }).toEqual(['early', 'late'])
  expect(performance.now() - joinedAt).toBeGreaterThanOrEqual(LEASE_MS)

  for (const { events, texts, session, resets } of [ada, ben]) {
    await expect.poll(texts).toEqual(['before', 'after'])
    const numbers = events.map(({ seq }) => seq)
    expect(numbers).toEqual(numbers.map((_seq, i) => (numbers[0] ?? 0) + i))
    expect(resets()).toBe(0)
    expect(session.state).toEqual({ name: 'open' })
  }
  const [before = 0, after = 0] = ada.events.filter(({ type }) => type === 'message').map(({ at }) => at)
  expect(Math.abs(after - before - byMs)).toBeLessThan(60_000)
})
