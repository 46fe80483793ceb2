/** One reader of a room, as its protocol needs it. */
export interface Reader {
  /** Asks once; only for those that do not ask by themselves. */
  poll?: () => void
  /** Connects again where the server has closed a connection on which nothing was asked. */
  revive?: () => Promise<void>
  close: () => void
}

export interface ReaderContext {
  port: number
  /** 0 to the number of readers. */
  index: number
  path: string
  /** Where it begins; empty where the protocol has none. */
  cursor: string
  headers: readonly string[]
  received: (sequence: number) => void
  /** Whether there is something that it has not received. */
  isBehind: () => boolean
  /** From now on nothing may be missed. */
  ready: () => void
  failed: (why: string) => void
}

export type OpenReader = (context: ReaderContext) => Reader
