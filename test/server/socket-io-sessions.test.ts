import { expect, it } from 'vitest'
import { startPlayground } from '../support/playground.ts'

const SESSIONS = 100

it('Socket.IO sessions of clients that vanish leave no timer behind', async () => {
  const playground = await startPlayground({ heartbeat: 200 })
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const url = `${playground.base}/rooms/lobby/socket-io?EIO=4&transport=polling`
  const before = timers()
  const sids = await Promise.all(
    Array.from({ length: SESSIONS }, async () => {
      const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string }
      return sid
    }),
  )
  expect(new Set(sids).size).toBe(SESSIONS)
  expect(timers()).toBeGreaterThan(before + SESSIONS / 2)
  // The sessions end after two heartbeats without a poll.
  await expect.poll(async () => (await fetch(`${url}&sid=${sids.at(-1)}`)).status).toBe(400)
  await expect.poll(timers).toBeLessThan(before + SESSIONS / 2)
})
