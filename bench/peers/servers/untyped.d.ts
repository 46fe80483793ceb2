/** Types for the parts in use of two packages without types. */
declare module 'sockjs' {
  import type { Server } from 'node:http'

  export interface Connection {
    write(message: string): boolean
    on(event: 'close', listener: () => void): void
  }
  interface SockJs {
    on(event: 'connection', listener: (connection: Connection | null) => void): void
    installHandlers(server: Server): void
  }
  const sockjs: { createServer(options: { prefix: string; log: () => void }): SockJs }
  export default sockjs
}

declare module 'faye' {
  import type { Server } from 'node:http'

  interface NodeAdapter {
    attach(server: Server): void
    getClient(): { publish(channel: string, message: unknown): PromiseLike<void> }
  }
  const faye: { NodeAdapter: new (options: { mount: string; timeout: number }) => NodeAdapter }
  export default faye
}
