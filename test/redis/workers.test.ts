import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { join } from '../../src/client/members.ts'
import { nodeNet } from '../../src/node/net.ts'
import { LONG } from '../support/long.ts'
import { watch } from '../support/playground.ts'
import { run } from '../support/process.ts'
import { describeWithRedis, startRedis } from '../support/redis.ts'
import { launchServer } from '../support/servers.ts'

const childrenOf = (pid: number | undefined): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)

it('several workers with the memory store are refused, because each would have separate rooms', async () => {
  const { ended, output } = run(process.execPath, ['dist/server/main.js', '--port', '0', '--workers', '2'])
  expect(await ended).toBe(1)
  expect(output()).toContain('cannot start 2 workers with --store memory')
})

describeWithRedis('workers', () => {
  it('serve one port, are restarted when one dies, and end cleanly', async () => {
    const redis = await startRedis()
    const server = await launchServer('--workers', '2', '--store', redis.url, '--hold', '2000', '--log-level', 'info')
    const pids = childrenOf(server.child.pid)
    expect(pids).toHaveLength(2)

    const net = nodeNet(server.base)
    const [ada, ben] = [await join(net, 'lobby', { name: 'ada' }), await join(net, 'lobby', { name: 'ben' })]
    const one = watch({ net }, ada, 'long-poll')
    const two = watch({ net }, ben, 'websocket')
    const say = async (text: string) => {
      one.session.send(text)
      // Should one of their connections have been on its way to the worker that died, they give it up after hold and 10 s.
      for (const { texts } of [one, two]) await expect.poll(() => texts().at(-1), { timeout: 30_000 }).toBe(text)
    }
    await say('before')

    const serving = () => {
      const all = [...server.output().matchAll(/"pid":(\d+),.*listening at/g)].map(([, pid]) => Number(pid))
      return childrenOf(server.child.pid).filter((pid) => all.includes(pid))
    }
    for (const pid of pids) {
      process.kill(pid, 'SIGKILL')
      await expect.poll(serving).not.toContain(pid)
      // The other one serves alone until this one's successor does too.
      await expect.poll(serving, { timeout: 20_000 }).toHaveLength(2)
      // By another stream than the successor's word.
      await expect.poll(server.output).toContain(`worker ${pid} ended (SIGKILL)`)
      await say(`after ${pid}`)
    }
    for (const { events, resets } of [one, two]) {
      expect(resets()).toBe(0)
      expect(events.filter(({ type }) => type === 'left')).toEqual([])
    }

    const last = childrenOf(server.child.pid)
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    for (const pid of last) expect(() => process.kill(pid, 0)).toThrow()
  }, 120_000)

  it('report once why they cannot start, and stop trying', LONG, async () => {
    const redis = await startRedis()
    const server = await launchServer('--store', redis.url)
    const { port } = new URL(server.base)
    const second = run(process.execPath, [
      'dist/server/main.js',
      '--port',
      port,
      '--workers',
      '2',
      '--store',
      redis.url,
    ])
    expect(await second.ended).toBe(1)
    expect(second.output()).toContain(`port ${port} is taken`)
  })

  it('report a wrong Redis password at once', LONG, async () => {
    const redis = await startRedis()
    await redis.client.config('SET', 'requirepass', 'right')
    const url = redis.url.replace('redis://', 'redis://:wrong@')
    const { ended, output } = run(process.execPath, ['dist/server/main.js', '--port', '0', '--store', url])
    expect(await ended).toBe(1)
    expect(output()).toContain('cannot start: the store refuses this server: WRONGPASS')
    expect(output()).not.toContain('wrong@')
  })
})
