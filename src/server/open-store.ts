import type { Config } from './config.ts'
import { MemoryStore } from './memory-store.ts'
import type { Log } from './redis/logger.ts'
import { RedisStore } from './redis/redis-store.ts'
import type { Store } from './store.ts'

/** The store that the settings name. @throws Error when there is a Redis, and it does not want us */
export async function openStore(config: Config, log: Log): Promise<Store> {
  const options = {
    historyEvents: config.history,
    retainEvents: config.retain,
    leaseMs: config.lease,
    renames: config.renames,
    maxMembers: config.maxMembers,
  }
  if (config.store === 'memory') return new MemoryStore(options)
  return RedisStore.open({ ...options, url: config.store, prefix: config.storePrefix }, log)
}
