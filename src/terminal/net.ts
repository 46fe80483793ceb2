import WebSocket from 'ws'
import type { Net } from '../client/transport.ts'

/** Node's own `fetch`, and the `ws` package for what Node 20 does not have. */
export function nodeNet(base: string): Net {
  return { base, fetch, WebSocket: WebSocket as unknown as Net['WebSocket'] }
}
