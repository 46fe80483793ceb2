import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { storeAway } from '../../errors/store-errors.ts'
import { scripts, type ScriptName } from './scripts.ts'

/** Logs background failures; Fastify's logger is one. */
export interface Logger {
  warn: (about: object, text: string) => void
  debug: (about: object, text: string) => void
}

export type ScriptArgs = readonly (string | number)[]

/** ms after which a command has failed: the client is asked to retry. */
const COMMAND_TIMEOUT_MS = 1500

/** Redis answers a blocking read after this time at the latest; after the margin, the read has failed. */
export const BLOCK_MS = 2000
const BLOCK_MARGIN_MS = 3000

/** Errors after which the same command may succeed later. */
const TEMPORARY_ERROR = /^(LOADING|READONLY|MASTERDOWN|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|OOM|MISCONF|BUSY|UNBLOCKED)\b/
/** Errors that stay until a setting is changed. */
const PERMANENT_REFUSAL = /^(WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR AUTH|ERR DB index|ERR invalid DB)/

/** What a script answers: a status, and the values that belong to it. */
export type Reply = readonly [status: string, ...unknown[]]

/** The Redis client, with one command for each script: EVALSHA, and EVAL while Redis does not know the script. */
type ScriptClient = Redis & Record<ScriptName, (...keysAndArgs: (string | number)[]) => Promise<Reply>>

/**
 * The two connections of a process to Redis: one for commands, one for blocking reads. While Redis is away, commands fail
 * soon, and the connections are retried with back-off without end.
 */
export class Connection {
  readonly #commands: ScriptClient
  readonly blocking: Redis
  /** Called after each script, with its round trip in ms. */
  onRoundTrip: ((ms: number) => void) | undefined

  private constructor(url: string, log: Logger) {
    const options = {
      lazyConnect: true,
      protocol: 2,
      connectTimeout: 2000,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      // Pending commands fail when the connection is lost, not when they time out.
      maxRetriesPerRequest: 0,
      retryStrategy: (attempts: number) => backoffMs(attempts),
    } as const
    const commands = Object.entries(scripts).map(([name, { lua, keys }]) => [name, { lua, numberOfKeys: keys.length }])
    this.#commands = new Redis(url, {
      ...options,
      commandTimeout: COMMAND_TIMEOUT_MS,
      scripts: Object.fromEntries(commands) as Record<ScriptName, { lua: string; numberOfKeys: number }>,
    }) as ScriptClient
    this.blocking = new Redis(url, { ...options, commandTimeout: BLOCK_MS + BLOCK_MARGIN_MS })
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
   * Settles when Redis has answered or cannot be reached. Then connecting is retried in the background.
   *
   * @throws Error if Redis refuses this server, as for a wrong password
   */
  static async open(url: string, log: Logger): Promise<Connection> {
    const connection = new Connection(url, log)
    const refusals: Error[] = []
    for (const client of [connection.#commands, connection.blocking]) {
      const failed = (error: Error) => {
        if (PERMANENT_REFUSAL.test(error.message)) refusals.push(error)
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

  /** @throws DomainError `store-away`: running the same script again is harmless, and may succeed */
  async runScript(script: ScriptName, prefix: string, args: ScriptArgs): Promise<Reply> {
    const keys = scripts[script].keys.map((key) => prefix + key)
    const startedAt = performance.now()
    try {
      const reply = await this.#commands[script](...keys, ...args)
      this.onRoundTrip?.(performance.now() - startedAt)
      return reply
    } catch (error) {
      throw storeError(error)
    }
  }

  /** @throws DomainError `store-away` */
  async runCommand<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    try {
      return await command(this.#commands)
    } catch (error) {
      throw storeError(error)
    }
  }

  async isReady(): Promise<boolean> {
    return this.#commands.ping().then(
      () => true,
      () => false,
    )
  }

  /** Settles when `blocking` is connected. @throws Error if it was closed */
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

  /** Replaces both connections: a peer that vanished without closing them is noticed only by a timeout. */
  reconnect(): void {
    for (const client of [this.#commands, this.blocking]) client.disconnect(true)
  }

  close(): void {
    for (const client of [this.#commands, this.blocking]) client.disconnect()
  }
}

/** Doubles up to a limit, with full jitter: so the servers do not all reconnect to a restarted Redis at once. */
function backoffMs(attempts: number): number {
  return 20 + Math.random() * Math.min(1000, 50 * 2 ** attempts)
}

/** @param attempts number of failed attempts so far */
export const backoff = (attempts: number): Promise<void> => sleep(backoffMs(attempts), undefined, { ref: false })

function storeError(error: unknown): Error {
  const { name, message } = error as Error
  // An error that Redis reports is a fault of this server, unless it is temporary. Without an answer, Redis is away.
  if (name === 'ReplyError' && !TEMPORARY_ERROR.test(message)) return error as Error
  return storeAway('the store does not answer: try again')
}
