import type { Config } from '../config/settings.ts'
import { MemoryStore } from './memory/memory-store.ts'
import { LogBudget } from '../log/log-budget.ts'
import type { Logger } from './redis/connection.ts'
import type { Store } from '../room/room-store.ts'

/** The store that the settings name. @throws Error if Redis refuses this server, as for a wrong password */
export async function openStore(config: Config, log: Logger): Promise<Store> {
  const options = {
    historyEvents: config.history,
    retainEvents: config.retain,
    retainBytes: config.retainBytes,
    budget: new LogBudget(config.retainTotal),
    leaseMs: config.lease,
    renames: config.renames,
    maxMembers: config.maxMembers,
  }
  if (config.store === 'memory') return new MemoryStore(options)
  // Loaded on demand: a Redis client takes 9 MiB.
  const { RedisStore } = await import('./redis/redis-store.ts')
  return RedisStore.open({ ...options, url: config.store, prefix: config.storePrefix }, log)
}
