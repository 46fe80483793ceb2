import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { FaultyProcess } from './faulty-process.ts'
import { lastingPort } from './lasting-port.ts'

export const isRedisInstalled = (): boolean => spawnSync('redis-server', ['--version']).status === 0

export interface RedisProcess {
  process: FaultyProcess
  url: string
  flush: () => Promise<void>
  stop: () => Promise<void>
}

/** A redis-server that writes each command to its append-only file before it answers. */
export async function startRedis(): Promise<RedisProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-chaos-redis-'))
  const port = await lastingPort()
  const client = new Redis(port, '127.0.0.1', {
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
    lazyConnect: true,
  })
  client.on('error', () => undefined)
  const args = ['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', '']
  args.push('--appendonly', 'yes', '--appendfsync', 'always')
  const process = new FaultyProcess('redis-server', args, async () => {
    await client.ping()
    return true
  })
  await process.start()
  return {
    process,
    url: `redis://127.0.0.1:${port}/0`,
    flush: async () => {
      await client.flushall()
    },
    stop: async () => {
      client.disconnect()
      await process.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
