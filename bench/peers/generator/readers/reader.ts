/** One reader of the room. */
export interface Reader {
  /** Sends one poll. Only readers that do not poll by themselves have it. */
  poll?: () => void
  /** Opens a new connection when the server has closed an idle one. */
  reconnect?: () => Promise<void>
  close: () => void
}

export interface ReaderContext {
  port: number
  /** From 0. */
  index: number
  path: string
  /** The first cursor; empty when the protocol has none. */
  cursor: string
  headers: readonly string[]
  received: (sequence: number) => void
  /** Whether a published message has not been received. */
  isBehind: () => boolean
  /** Messages published from now on must be received. */
  ready: () => void
  failed: (why: string) => void
}

export type OpenReader = (context: ReaderContext) => Reader
