// @module-tag long
import { expect, it, onTestFinished } from 'vitest'
import { openLink } from '../../src/link/link.ts'
import { join, type SessionState } from '../../src/node/index.ts'
import { draft, person, startPlayground } from '../support/playground.ts'

it('a history that takes longer than the time for an answer is read over a slow network, since it makes progress', async () => {
  const playground = await startPlayground()
  const room = playground.rooms.get('lobby')
  const ben = await room.membershipByToken((await person(playground, 'ben')).token)
  for (let i = 0; i < 100; i++) await room.post(ben, draft(`${i} ${'x'.repeat(250)}`))
  // 36 kB at 2.8 kB/s take 13 s. An answer has 10 s.
  const link = await openLink({ to: { port: playground.port }, profile: { bitsPerSecond: 22_400 } })
  onTestFinished(() => link.close())
  const states: SessionState[] = []
  const ada = await join(link.url, { transport: 'long-poll', history: true, onState: (state) => states.push(state) })
  onTestFinished(() => ada.close().catch(() => undefined))
  const startedAt = performance.now()
  const first = await Promise.race([ada.wait(), new Promise((resolve) => setTimeout(resolve, 40_000, 'nothing'))])
  expect(first).toBe(true)
  expect(performance.now() - startedAt).toBeGreaterThan(10_000)
  expect(ada.pending).toBeGreaterThan(90)
  expect(states.map(({ name }) => name)).not.toContain('waiting')
}, 60_000)
