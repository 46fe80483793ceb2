import { describe, expect, it, onTestFinished } from 'vitest'
import { openLink } from '../../src/link/link.ts'
import { LONG } from '../support/long.ts'
import { startPlayground } from '../support/playground.ts'
import { run } from '../support/process.ts'

const chat = (url: string) => run(process.execPath, ['dist/programs/chat.js', '--name', 'ada', '--url', url])

describe('the terminal client', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('leaves the room by %s', LONG, async (signal) => {
    const playground = await startPlayground()
    const { child, output, ended } = chat(playground.base)
    await expect.poll(output).toContain('connected by websocket')
    child.kill(signal)
    expect(await ended).toBe(0)
    expect(playground.rooms.get('lobby').roster).toEqual([])
  })

  it('ends at once by a second signal when the server does not answer', LONG, async () => {
    const playground = await startPlayground()
    const link = await openLink({ to: { port: playground.port } })
    onTestFinished(() => link.close())
    const { child, output, ended } = chat(link.url)
    await expect.poll(output).toContain('connected by websocket')
    link.silence(true)
    child.kill('SIGINT')
    await expect.poll(output).toContain('-- leaving')
    const secondAt = performance.now()
    child.kill('SIGINT')
    expect(await ended).toBe(1)
    // An answer has 10 s.
    expect(performance.now() - secondAt).toBeLessThan(8000)
  })
})
