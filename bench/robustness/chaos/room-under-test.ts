import { isRedisInstalled, startRedis, type RedisProcess } from '../processes/redis-process.ts'
import { startServer, type ServerProcess } from '../processes/server-process.ts'

export type StoreName = 'memory' | 'redis'

/** Flags of each server of a run. Limits of rates do not apply: the clients of a run share one address. */
const FLAGS = ['--jsonp', '--hold', '5000', '--heartbeat', '2000']

/** The servers of a run, and their Redis. */
export interface RoomUnderTest {
  servers: readonly ServerProcess[]
  redis: RedisProcess | null
  /** Waits for all faults to end. */
  settled: () => Promise<void>
  /** Ends all processes. @returns what went wrong: crashes, output on stderr, exit codes other than 0 */
  stop: () => Promise<string[]>
}

/** @throws Error when the store is Redis and no redis-server is installed */
export async function startRoom(store: StoreName, count: number): Promise<RoomUnderTest> {
  if (store === 'redis' && !isRedisInstalled()) throw new Error('redis-server is missing: apt-get install redis-server')
  const redis = store === 'redis' ? await startRedis() : null
  const servers: ServerProcess[] = []
  for (let i = 0; i < count; i++) servers.push(await startServer([...FLAGS, '--store', redis?.url ?? 'memory']))
  const processes = [...servers.map(({ process }) => process), ...(redis ? [redis.process] : [])]
  return {
    servers,
    redis,
    settled: async () => {
      for (const process of processes) await process.settled()
    },
    stop: async () => {
      const codes = await Promise.all(servers.map(({ process }) => process.stop()))
      await redis?.stop()
      return [
        ...codes.flatMap((code, i) => (code === 0 ? [] : [`server ${i} ended with ${code} after SIGTERM`])),
        ...processes.flatMap(({ crashes }, i) => crashes.map((why) => `process ${i} ended by itself: ${why}`)),
        ...servers.flatMap(({ process }, i) => unexpectedLines(process.output).map((line) => `server ${i}: ${line}`)),
      ]
    },
  }
}

/** Lines that are neither the address nor a record of the log (faults of Redis are logged). */
const unexpectedLines = (output: string): string[] =>
  output.split('\n').filter((line) => line !== '' && !line.startsWith('{') && !line.includes(' is at http'))
