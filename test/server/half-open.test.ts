// @module-tag long
import { expect, it, onTestFinished } from 'vitest'
import { nodeNet } from '../../src/node/net.ts'
import type { Joined } from '../../src/protocol.ts'
import { openLink } from '../../src/link/link.ts'
import { person, startPlayground, watch } from '../support/playground.ts'

it('a WebSocket session closes a half-open connection, and no message is lost or doubled', async () => {
  const playground = await startPlayground({ heartbeat: 1000 })
  const [ada, ben] = [await person(playground), await person(playground)]
  const link = await openLink({ to: { port: playground.port } })
  onTestFinished(() => link.close())
  const net = nodeNet(`http://127.0.0.1:${link.port}`)
  const follow = (who: Joined) => {
    const states: string[] = []
    return { ...watch({ net }, who, 'websocket', { observer: { state: ({ name }) => states.push(name) } }), states }
  }
  const speaker = follow(ada)
  await expect.poll(() => speaker.session.state.name).toBe('open')
  // As when a phone loses its network: no end, no reset.
  link.silence(true)
  speaker.session.send('into the void')
  const latecomer = follow(ben)
  for (const { states } of [speaker, latecomer]) {
    await expect.poll(() => states, { timeout: 30_000 }).toContain('waiting')
  }
  link.silence(false)
  // Each may have retried without success.
  for (const { texts } of [speaker, latecomer]) {
    await expect.poll(texts, { timeout: 30_000 }).toEqual(['into the void'])
  }
}, 90_000)
