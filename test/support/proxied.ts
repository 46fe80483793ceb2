import { get } from 'node:http'
import { expect } from 'vitest'
import { join, type JoinOptions, type TransportName } from '../../src/node/index.ts'
import type { SessionState } from '../../src/client/session-state.ts'

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

/** The status of a file for a browser that knows the proxy by the name `host`. `fetch` does not send another Host. */
export function statusAtHost(address: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get(address, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
  })
}
