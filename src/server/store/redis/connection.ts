import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import type { Logger as Logger } from './logger.ts'
import { storeAway } from '../../errors/store-errors.ts'
import { scripts, type ScriptName } from './scripts.ts'

/** ms after which an answer is not waited for any longer: the client is told to come back. */
const PATIENCE_MS = 1500

/** A blocking read is silent for as long as the first and late after both. */
export const BLOCK_MS = 2000
const BLOCK_PATIENCE_MS = 3000

/** Errors by which Redis says that it cannot now, and may later. */
const CANNOT_NOW = /^(LOADING|READONLY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|OOM|MISCONF|BUSY|UNBLOCKED)\b/
/** … and that it never will, as things are. */
const REFUSES_US = /^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH|ERR DB index|ERR invalid DB)/

/** What a script answers: a status, and the values that belong to it. */
export type Reply = readonly [status: string, ...unknown[]]

/** The Redis client, with one command for each script: EVALSHA, and EVAL while Redis does not know the script. */
type ScriptClient = Redis & Record<ScriptName, (...keysAndArgs: (string | number)[]) => Promise<Reply>>

/**
 * One process's two connections to Redis: one for commands, one on which reads block. A command fails soon while Redis is
 * away; connecting is tried again with back-off, for ever.
 */
export class Connection {
  readonly #commands: ScriptClient
  readonly blocking: Redis
  /** Told of each command's round trip, in ms. */
  onRoundTrip: ((ms: number) => void) | undefined

  private constructor(url: string, log: Logger) {
    const options = {
      lazyConnect: true,
      protocol: 2,
      connectTimeout: 2000,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      // What was under way fails as soon as the connection is lost, and not when its patience is at its end.
      maxRetriesPerRequest: 0,
      retryStrategy: (attempts: number) => backoffMs(attempts),
    } as const
    const commands = Object.entries(scripts).map(([name, { lua, keys }]) => [name, { lua, numberOfKeys: keys.length }])
    this.#commands = new Redis(url, {
      ...options,
      commandTimeout: PATIENCE_MS,
      scripts: Object.fromEntries(commands) as Record<ScriptName, { lua: string; numberOfKeys: number }>,
    }) as ScriptClient
    this.blocking = new Redis(url, { ...options, commandTimeout: BLOCK_MS + BLOCK_PATIENCE_MS })
    let isAway = false
    this.#commands.on('error', (error: Error) => {
      if (!isAway) log.warn({ error: error.message }, 'the store is away')
      isAway = true
    })
    this.#commands.on('ready', () => {
      if (isAway) log.warn({}, 'the store is back')
      isAway = false
    })
    this.blocking.on('error', (error: Error) => log.debug({ error: error.message }, 'the tail lost its connection'))
  }

  /**
   * Settles when Redis has answered, or is known to be away: then it is tried again in the background.
   *
   * @throws Error when Redis answered and does not want us
   */
  static async open(url: string, log: Logger): Promise<Connection> {
    const connection = new Connection(url, log)
    const refusals: Error[] = []
    for (const client of [connection.#commands, connection.blocking]) {
      const failed = (error: Error) => {
        if (REFUSES_US.test(error.message)) refusals.push(error)
      }
      client.on('error', failed)
      await client.connect().catch(failed)
      client.off('error', failed)
    }
    const [refusal] = refusals
    if (!refusal) return connection
    connection.close()
    throw new Error(`the store refuses this server: ${refusal.message}`, { cause: refusal })
  }

  /** @throws DomainError `store-away`: the same command again is harmless then, and may succeed */
  async run(script: ScriptName, prefix: string, args: readonly (string | number)[]): Promise<Reply> {
    const keys = scripts[script].keys.map((key) => prefix + key)
    const startedAt = performance.now()
    try {
      const reply = await this.#commands[script](...keys, ...args)
      this.onRoundTrip?.(performance.now() - startedAt)
      return reply
    } catch (error) {
      throw explain(error)
    }
  }

  /** @throws DomainError `store-away` */
  async call<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    try {
      return await command(this.#commands)
    } catch (error) {
      throw explain(error)
    }
  }

  async isReady(): Promise<boolean> {
    return this.#commands.ping().then(
      () => true,
      () => false,
    )
  }

  /** Settles when it can be read from. @throws Error when it was closed for good */
  async whenBlockingIsReady(): Promise<void> {
    if (this.blocking.status === 'ready') return
    await new Promise<void>((resolve, reject) => {
      const settle = () => {
        this.blocking.off('ready', settle)
        this.blocking.off('end', settle)
        if (this.blocking.status === 'ready') resolve()
        else reject(new Error('closed'))
      }
      this.blocking.on('ready', settle)
      this.blocking.on('end', settle)
    })
  }

  /** A peer that went without a word is found out by silence; then both connections are made anew. */
  renew(): void {
    for (const client of [this.#commands, this.blocking]) client.disconnect(true)
  }

  close(): void {
    for (const client of [this.#commands, this.blocking]) client.disconnect()
  }
}

/** Full jitter, doubling, capped: so that the servers of a restarted Redis do not come back as one. */
function backoffMs(attempts: number): number {
  return 20 + Math.random() * Math.min(1000, 50 * 2 ** attempts)
}

/** @param attempts failed ones so far */
export const backoff = (attempts: number): Promise<void> => sleep(backoffMs(attempts), undefined, { ref: false })

function explain(error: unknown): Error {
  const { name, message } = error as Error
  // What Redis itself says is an error of ours, unless it says that it cannot now; without an answer it is away.
  if (name === 'ReplyError' && !CANNOT_NOW.test(message)) return error as Error
  return storeAway('the store does not answer: try again')
}
