import WebSocket from 'ws'
import { ConnectionError, type Net } from '../client/transports/transport.ts'

/** Node's own `fetch`, and the `ws` package for what Node 20 does not have. */
export function nodeNet(base: string): Net {
  return { base, fetch: fetchInNextTurn, WebSocket: WebSocket as unknown as Net['WebSocket'], loadScript: readScript }
}

/**
 * Node's client takes a connection for busy until the turn after the one in which its answer ended. A request in that turn
 * would open a second connection: a round trip more, and two connections for one line.
 */
const fetchInNextTurn: typeof fetch = async (input, init) => {
  await new Promise((resolve) => setImmediate(resolve))
  return fetch(input, init)
}

/** Reads what a script would do, and does not run it: a program has no need to trust a server that far. */
async function readScript(url: string, callback: string, signal: AbortSignal): Promise<unknown> {
  const response = await fetchInNextTurn(url, { signal })
  const text = await response.text()
  const begin = `/**/${callback}(`
  if (!response.ok || !text.startsWith(begin) || !text.endsWith(');'))
    throw new ConnectionError('the script does not load')
  return JSON.parse(text.slice(begin.length, -2))
}
