import WebSocket from 'ws'
import { ConnectionError, reasonOf, type Net } from '../client/transports/transport.ts'

/**
 * Node's `fetch`, and the `ws` package for the WebSocket that Node 20 does not have. In a browser, the WebSocket of the browser: a
 * bundler replaces `ws` by a function that throws and has no constants.
 */
export function nodeNet(base: string): Net {
  const isReplaced = !('OPEN' in WebSocket)
  const Socket = isReplaced ? globalThis.WebSocket : (WebSocket as unknown as Net['WebSocket'])
  return { base, fetch: fetchInNextTurn, WebSocket: Socket, loadScript: readScript }
}

/** Missing in a browser, which has no such rule. */
const runInNextTurn = globalThis.setImmediate as typeof setImmediate | undefined

/**
 * Node's client treats a connection as busy until the turn of the event loop after the one in which its answer ended. A request
 * in the same turn would open a second connection, which costs a round trip.
 */
const fetchInNextTurn: typeof fetch = async (input, init) => {
  if (runInNextTurn) await new Promise((resolve) => runInNextTurn(resolve))
  return fetch(input, init)
}

/** Reads the value that the script would pass, without running it: a program need not trust a server that far. */
async function readScript(url: string, callback: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetchInNextTurn(url, { signal }).catch((cause: unknown) => {
    throw new ConnectionError(reasonOf(cause), { cause })
  })
  const text = await response.text()
  const begin = `/**/${callback}(`
  if (!response.ok || !text.startsWith(begin) || !text.endsWith(');'))
    throw new ConnectionError('the script does not load')
  return JSON.parse(text.slice(begin.length, -2))
}
