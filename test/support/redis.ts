import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { describe, onTestFinished } from 'vitest'
import { killedAtExit } from './child-process-cleanup.ts'
import { lastingPort } from './port.ts'

const isInstalled = spawnSync('redis-server', ['--version']).status === 0
const isRequired = process.env['CI'] === 'true'
if (!isInstalled && isRequired) throw new Error('redis-server is missing: apt-get install redis-server')
if (!isInstalled) console.warn('tests with Redis are skipped: apt-get install redis-server')

/** Without redis-server these tests are skipped, with a line that says what to install; in CI they fail. */
export const describeWithRedis: ReturnType<typeof describe.skipIf> = describe.skipIf(!isInstalled)

export interface TestRedis {
  url: string
  port: number
  /** The connection for commands of the test. */
  client: Redis
  /** The process reads and answers nothing until `resume`; connections stay open. */
  pause: () => void
  resume: () => void
  /** Sends SIGKILL, and settles when the process has ended. */
  kill: () => Promise<void>
  /** Starts it again on the same port, with its stored data. */
  restart: () => Promise<void>
  /** Ends it before the end of the test. */
  stop: () => Promise<void>
}

export interface RedisSettings {
  /** Append-only file, so that acknowledged messages survive the process. */
  appendOnly?: boolean
  /** The port of the Redis that this one replicates. */
  replicaOf?: number
}

/** A real redis-server on a free port, with a separate folder. */
export async function startRedis(settings: RedisSettings = {}): Promise<TestRedis> {
  const redis = await launchRedis(settings)
  onTestFinished(redis.stop)
  return redis
}

/** The same, but the caller ends it. */
export async function launchRedis({ appendOnly = false, replicaOf }: RedisSettings = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'playground-redis-'))
  const args = ['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--repl-diskless-sync-delay', '0']
  if (appendOnly) args.push('--appendonly', 'yes', '--appendfsync', 'always')
  if (replicaOf !== undefined) args.push('--replicaof', '127.0.0.1', String(replicaOf))
  let port = await lastingPort()
  let child: ChildProcess
  /** False if another process took the port first. */
  const begin = async (): Promise<boolean> => {
    child = killedAtExit(spawn('redis-server', [...args, '--port', String(port)], { stdio: 'ignore' }))
    const probe = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
    probe.on('error', () => undefined)
    const ended = once(child, 'exit').then(() => '')
    const info = await Promise.race([probe.info('server').catch(() => ''), ended])
    probe.disconnect()
    return info.includes(`process_id:${child.pid}\r\n`)
  }
  const restart = async () => {
    while (!(await begin())) await sleep(100)
  }
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  while (!(await begin())) port = await lastingPort()
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 20, maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  return {
    url: `redis://127.0.0.1:${port}/0`,
    port,
    client,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill,
    restart,
    stop: async () => {
      client.disconnect()
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
