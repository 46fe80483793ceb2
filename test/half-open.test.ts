import { expect, it, onTestFinished } from 'vitest'
import { nodeNet } from '../src/node/net.ts'
import { openLink } from '../src/link/link.ts'
import { person, startPlayground, watch } from './playground.ts'

it('a connection that is dead at its other end is given up by a WebSocket, and nothing is lost or twice', async () => {
  const playground = await startPlayground()
  const [ada, ben] = [await person(playground), await person(playground)]
  const link = await openLink({ to: { port: playground.port } })
  onTestFinished(() => link.close())
  const net = nodeNet(`http://127.0.0.1:${link.port}`)
  const speaker = watch({ net }, ada, 'websocket')
  await expect.poll(() => speaker.session.state.name).toBe('open')
  // As when a phone loses its network: no end, no reset.
  link.silence(true)
  speaker.session.send('into the void')
  const latecomer = watch({ net }, ben, 'websocket')
  for (const { session } of [speaker, latecomer]) {
    await expect.poll(() => session.state.name, { timeout: 30_000 }).toBe('waiting')
  }
  link.silence(false)
  for (const { texts } of [speaker, latecomer]) await expect.poll(texts).toEqual(['into the void'])
}, 90_000)
