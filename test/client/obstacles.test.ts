import { createServer, request as httpRequest, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import type { SessionState } from '../../src/client/session-state.ts'
import type { Net } from '../../src/client/transports/transport.ts'
import { join, TRANSPORTS } from '../../src/node/index.ts'
import { LONG } from '../support/long.ts'
import { person, startPlayground, watch } from '../support/playground.ts'

/** A proxy that passes HTTP and refuses upgrades, as nginx does by default. @returns its URL */
async function startProxyWithoutUpgrade(port: number): Promise<string> {
  const proxy: Server = createServer((request, response) => {
    const headers = { ...request.headers }
    delete headers.connection
    delete headers.upgrade
    const forwarded = httpRequest(
      { port, host: '127.0.0.1', path: request.url, method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      },
    )
    forwarded.on('error', () => response.destroy())
    request.pipe(forwarded)
  })
  // Without a listener, Node passes an upgrade on as a plain request.
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

it('a WebSocket that no proxy passes is named as the obstacle, and another transport is not', async () => {
  const playground = await startPlayground()
  const states: SessionState[] = []
  const url = await startProxyWithoutUpgrade(playground.port)
  const ada = await join(url, { transport: 'websocket', onState: (state) => states.push(state) })
  onTestFinished(() => ada.close().catch(() => undefined))
  const blocked = () => states.find((state) => state.name === 'waiting' && state.obstacle === 'no-websocket')
  await expect.poll(blocked, { timeout: 20_000 }).toMatchObject({ neverOpen: true })
  expect(JSON.stringify(blocked())).toContain('no WebSocket gets through here')
  expect(states[1]).not.toHaveProperty('obstacle')
  ada.use('sse')
  await expect.poll(() => states.at(-1)).toEqual({ name: 'open' })
}, 30_000)

it('a connection that was open and broke is lost, not blocked', async () => {
  const playground = await startPlayground()
  const states: SessionState[] = []
  const ada = await join(playground.base, { transport: 'websocket', onState: (state) => states.push(state) })
  onTestFinished(() => ada.close().catch(() => undefined))
  await expect.poll(() => states.at(-1)?.name).toBe('open')
  await playground.close()
  await expect
    .poll(() => states.filter(({ name }) => name === 'waiting').length, { timeout: 20_000 })
    .toBeGreaterThan(3)
  for (const state of states) expect(state).not.toHaveProperty('neverOpen')
}, 30_000)

it.each(TRANSPORTS)(
  'a server that is away is named by the error of the network, and not as a proxy: %s',
  async (transport) => {
    const playground = await startPlayground()
    const states: SessionState[] = []
    const ada = await join(playground.base, {
      transport,
      tuning: { intervalMs: 20 },
      onState: (state) => states.push(state),
    })
    onTestFinished(() => ada.close().catch(() => undefined))
    await expect.poll(() => states.at(-1)?.name).toBe('open')
    await playground.close()
    const reasons = () => states.flatMap((state) => (state.name === 'waiting' ? [state.why] : []))
    await expect.poll(() => reasons().join()).toContain('ECONNREFUSED')
    expect(reasons().join()).not.toContain('proxy')
  },
)

it(
  'a draft without an answer reports that all connections of the browser are in use, until it is answered',
  { ...LONG, timeout: 20_000 },
  async () => {
    const playground = await startPlayground()
    let letGo: () => void = () => undefined
    const freed = new Promise<void>((resolve) => (letGo = resolve))
    const net: Net = {
      ...playground.net,
      sharedConnections: { hold: () => undefined, areAllInUse: () => Promise.resolve(true) },
      fetch: async (input, init) => {
        if (init?.method === 'POST') await freed
        return playground.net.fetch(input, init)
      },
    }
    const states: SessionState[] = []
    const ada = watch({ net }, await person(playground), 'sse', { observer: { state: (state) => states.push(state) } })
    await expect.poll(() => states.at(-1)).toEqual({ name: 'open' })
    ada.session.send('hello')
    await expect.poll(() => states.at(-1), { timeout: 8000 }).toEqual({ name: 'open', obstacle: 'connections-in-use' })
    letGo()
    await expect.poll(ada.texts).toEqual(['hello'])
    await expect.poll(() => states.at(-1)).toEqual({ name: 'open' })
  },
)
