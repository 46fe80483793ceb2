import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { request, type OutgoingHttpHeaders } from 'node:http'
import { expect } from 'vitest'
import { WebSocket } from 'ws'
import { join, type JoinOptions, type TransportName } from '../../src/node/index.ts'
import type { SessionState } from '../../src/client/session-state.ts'
import { startPlayground } from './playground.ts'

/** Loads the page and its script as a browser does, which sends Origin with a module script. */
export async function expectPage(address: string): Promise<void> {
  const page = await fetch(`${address}/`)
  expect(page.status).toBe(200)
  const html = await page.text()
  const addresses = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, found = '']) => found)
  expect(addresses).toContain('js/main.js')
  for (const found of addresses) {
    const url = new URL(found, `${address}/`)
    const { status } = await fetch(url, { headers: { origin: url.origin, 'sec-fetch-mode': 'cors' } })
    expect(status, url.href).toBe(200)
  }
}

/** The answer to a join of the page: a browser sends Origin with a POST. */
export async function joinFromPage(address: string): Promise<{ status: number; body: { detail?: string } }> {
  const { origin } = new URL(address)
  const response = await fetch(`${address}/rooms/lobby/members`, { method: 'POST', headers: { origin } })
  return { status: response.status, body: (await response.json()) as { detail?: string } }
}

const quick: JoinOptions = { room: 'lobby', tuning: { intervalMs: 20 } }

/** Sends a message through the proxy by this transport, and reads it. */
export async function expectRequest(address: string, transport: TransportName): Promise<void> {
  const client = await join(address, { ...quick, transport })
  try {
    await client.send(`by ${transport}`)
    for await (const item of client) if (item.type === 'message' && item.text === `by ${transport}`) break
  } finally {
    await client.close()
  }
}

/** The error that a program gets when this transport does not pass the proxy. */
export async function reasonOf(address: string, transport: TransportName): Promise<string> {
  const states: SessionState[] = []
  const client = await join(address, { ...quick, transport, onState: (state) => void states.push(state) })
  const reason = () => states.find((state) => state.name === 'waiting')?.why
  await expect.poll(reason).toBeDefined()
  client.use('short-poll')
  await client.close()
  return reason() ?? ''
}

/** The status for a browser that knows the proxy by the name `host`. `fetch` does not send another Host. */
export function statusAtHost(
  address: string,
  host: string,
  options: { method?: string; headers?: OutgoingHttpHeaders } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(address, { ...options, headers: { ...options.headers, host } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end()
  })
}

/**
 * With the settings of the README, a page at its host name can join and open a WebSocket through the proxy, and the limits of one
 * client do not count for another.
 */
export async function expectPageAt(start: (port: number) => Promise<string>): Promise<void> {
  const [command, origins = '', trustProxy = ''] =
    /npm start -- --origins (\S+) --trust-proxy ([0-9.]+)/.exec(readFileSync('README.md', 'utf8')) ?? []
  expect(command).toBeDefined()
  const { port } = await startPlayground({ origins, trustProxy, addressJoins: 1 })
  const address = await start(port)
  const { host, origin } = new URL(origins)
  const joined = (client: string) =>
    statusAtHost(`${address}/rooms/lobby/members`, host, {
      method: 'POST',
      headers: { origin, 'x-forwarded-for': client },
    })
  const statuses = async (client: string) => [await joined(client), await joined(client), await joined(client)]
  expect(await statuses('203.0.113.1')).toEqual([201, 201, 429])
  expect(await statuses('203.0.113.2')).toEqual([201, 201, 429])
  const url = `${address.replace('http', 'ws')}/rooms/lobby/websocket`
  const socket = new WebSocket(url, ['chat.v1'], { headers: { host, origin } })
  await once(socket, 'open')
  const closed = once(socket, 'close')
  socket.terminate()
  await closed
}
