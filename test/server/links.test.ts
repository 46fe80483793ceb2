import { once } from 'node:events'
import { request as ask, Agent, type IncomingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { PROFILE_NAMES } from '../../src/link/link.ts'
import { TRANSPORTS, type About } from '../../src/protocol.ts'
import { nodeNet } from '../../src/node/net.ts'
import { lastingPort } from '../support/port.ts'
import { RETRIED } from '../support/retry.ts'
import { person, startPlayground, watch, type TestPlayground } from '../support/playground.ts'

const about = async ({ base }: TestPlayground): Promise<About> => (await (await fetch(`${base}/about`)).json()) as About

async function portOf(playground: TestPlayground, profile: string): Promise<number> {
  const link = (await about(playground)).links.find((candidate) => candidate.profile === profile)
  if (!link) throw new Error(`no link with the profile ${profile}`)
  return link.port
}

/** As a browser sends it, `Origin` included, which `fetch` does not let one set. */
function browse(
  url: string,
  { method = 'GET', headers = {}, agent }: { method?: string; headers?: Record<string, string>; agent?: Agent },
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  return new Promise((resolve, reject) => {
    const request = ask(url, { method, headers, ...(agent ? { agent } : {}) }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => (text += chunk.toString()))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    })
    request.on('error', reject)
    request.end()
  })
}

const PREFLIGHT = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' }

/** Links have the server's port plus 10 000 and more, below the ports that systems give out. */
const LAST_WITH_FIXED_LINKS = 22_000

describe('the links of a server', () => {
  it('are listed at /about with one port for each transport and one more in each profile', async () => {
    const playground = await startPlayground()
    const { transports, links } = await about(playground)
    expect(transports).toEqual(TRANSPORTS)
    for (const profile of PROFILE_NAMES) {
      expect(links.filter((link) => link.profile === profile)).toHaveLength(TRANSPORTS.length + 1)
    }
    expect(new Set([playground.port, ...links.map(({ port }) => port)]).size).toBe(links.length + 1)
    expect(links.find(({ profile }) => profile === '4g')).toMatchObject({ rttMs: 60, bitsPerSecond: 10e6 })
    expect(links.find(({ profile }) => profile === 'local')).toMatchObject({ rttMs: 0, bitsPerSecond: null })
  })

  it('exist only on a loopback server by default', async () => {
    expect((await about(await startPlayground({ links: 'off' }))).links).toEqual([])
    const { buildApp } = await import('../../src/server/app.ts')
    for (const [links, isOpen] of [
      ['auto', false],
      ['on', true],
    ] as const) {
      const { app } = await buildApp({ links, logLevel: 'error' })
      const address = await app.listen({ port: 0, host: '0.0.0.0' })
      try {
        const { port } = new URL(address)
        const answer = (await (await fetch(`http://127.0.0.1:${port}/about`)).json()) as About
        expect(answer.links.length > 0).toBe(isOpen)
      } finally {
        await app.close()
      }
    }
  })

  it('carry every transport', async () => {
    const playground = await startPlayground()
    const port = await portOf(playground, 'wifi')
    const over = { ...playground, net: nodeNet(`http://127.0.0.1:${port}`) }
    const watchers = []
    for (const transport of TRANSPORTS) watchers.push(watch(over, await person(playground), transport))
    watchers[0]?.session.send('over the air')
    for (const { texts } of watchers) await expect.poll(texts).toEqual(['over the air'])
  })

  it('accept only the server’s own page, and only below /rooms/', async () => {
    const playground = await startPlayground()
    const port = await portOf(playground, 'local')
    const link = `http://127.0.0.1:${port}`
    const path = '/rooms/lobby/short-poll'
    const own = { origin: playground.base }

    const read = await browse(link + path, { headers: own })
    expect(read).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': playground.base } })
    const preflight = await browse(link + path, { method: 'OPTIONS', headers: { ...own, ...PREFLIGHT } })
    expect(preflight.status).toBe(204)
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': playground.base,
      'access-control-allow-headers': expect.stringContaining('authorization') as string,
      'access-control-allow-methods': 'GET, POST, PATCH, DELETE',
      'access-control-max-age': '7200',
    })
    expect(read.headers['access-control-expose-headers']).toContain('retry-after')

    const elsewhere = await browse(`${link}/about`, { headers: own })
    expect(elsewhere.headers['access-control-allow-origin']).toBeUndefined()
    for (const origin of [
      'http://127.0.0.1:1',
      `http://localhost:${playground.port}`,
      'https://evil.example',
      'null',
    ]) {
      const refused = await browse(link + path, { headers: { origin } })
      expect(refused).toMatchObject({ status: 403, text: expect.stringContaining('foreign-origin') as string })
      expect(refused.headers['access-control-allow-origin']).toBeUndefined()
      expect((await browse(link + path, { method: 'OPTIONS', headers: { origin, ...PREFLIGHT } })).status).toBe(403)
    }
    // In the other direction: a page that was loaded over a link may also be a foreign page.
    expect((await browse(playground.base + path, { headers: { origin: 'http://127.0.0.1:1' } })).status).toBe(403)

    for (const [origin, event] of [
      [playground.base, 'open'],
      ['https://evil.example', 'error'],
    ] as const) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/rooms/lobby/websocket`, { origin })
      socket.on('error', () => undefined)
      await once(socket, event)
      socket.terminate()
    }
  })

  it('can be reached by the content security policy of the page, which names one host and no other', async () => {
    const playground = await startPlayground()
    const sourcesAt = async (host: string, path = '/') => {
      const page = await browse(playground.base + path, { headers: { host } })
      const policy = String(page.headers['content-security-policy'])
      return /connect-src ([^;]+)/.exec(policy)?.[1]?.trim().split(' ') ?? []
    }
    for (const host of ['127.0.0.1:3000', 'chat.example', 'my_host:80']) {
      const { hostname } = new URL(`http://${host}`)
      expect(await sourcesAt(host)).toEqual(["'self'", `http://${hostname}:*`, `ws://${hostname}:*`])
    }
    for (const host of ['[::1]:3000', 'a;script-src', 'a,b']) expect(await sourcesAt(host)).toEqual(["'self'"])
  })

  it('are not listed for an IPv6 address, which a content security policy cannot name', async () => {
    const playground = await startPlayground()
    const linksAt = async (host: string) => {
      const { text } = await browse(`${playground.base}/about`, { headers: { host } })
      return (JSON.parse(text) as About).links
    }
    expect(await linksAt('[::1]:3000')).toEqual([])
    expect((await linksAt('localhost:3000')).length).toBeGreaterThan(0)
  })

  it('have the same ports after a restart of a server with a configured port', async () => {
    const port = await lastingPort(LAST_WITH_FIXED_LINKS)
    const first = await startPlayground({}, port)
    const before = (await about(first)).links
    await first.close()
    const second = await startPlayground({}, port)
    expect((await about(second)).links).toEqual(before)
    // A neighbour with the same wish gets other ports.
    const other = await startPlayground()
    expect(new Set([...(await about(other)).links, ...before].map((link) => link.port)).size).toBe(2 * before.length)
  })

  it('accept the cursor in a header, so that polls need no preflight each', async () => {
    const playground = await startPlayground()
    const { cursor } = await person(playground)
    const url = `${playground.base}/rooms/lobby/short-poll`
    expect((await browse(url, { headers: { 'last-event-id': cursor } })).status).toBe(204)
    const refused = await browse(`${url}?after=nonsense`, {})
    expect(refused).toMatchObject({ status: 400, text: expect.stringContaining('"field":"after"') as string })
  })

  it('count a preflight for the member of the request that follows', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const link = `http://127.0.0.1:${await portOf(playground, 'local')}`
    const url = `${link}/rooms/lobby/short-poll?after=${ada.cursor}`
    const headers = { origin: playground.base, authorization: `Bearer ${ada.token}` }
    const meter = new WebSocket(`${playground.base.replace('http', 'ws')}/rooms/lobby/meter`, [
      'chat.v1',
      `bearer.${ada.token}`,
    ])
    interface Seen {
      counts: { 'short-poll'?: { requests: number; up: { headers: number }; down: { headers: number } } }
    }
    let seen: Seen = { counts: {} }
    meter.on('message', (data: Buffer) => (seen = JSON.parse(data.toString()) as Seen))
    await once(meter, 'open')

    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await browse(url, { headers, agent })
    await expect.poll(() => seen.counts['short-poll']?.down.headers).toBeGreaterThan(0)
    const single = seen.counts['short-poll']
    await browse(url, { method: 'OPTIONS', headers: { origin: playground.base, ...PREFLIGHT }, agent })
    await browse(url, { headers, agent })
    // More than two polls' worth, each way: the third request is the preflight.
    const { up, down } = single ?? { up: { headers: NaN }, down: { headers: NaN } }
    await expect.poll(() => seen.counts['short-poll']?.requests).toBe(3)
    await expect.poll(() => seen.counts['short-poll']?.down.headers).toBeGreaterThan(2 * down.headers + 100)
    await expect.poll(() => seen.counts['short-poll']?.up.headers).toBeGreaterThan(2 * up.headers + 100)
    agent.destroy()
    meter.terminate()
  })

  it('close with the server while a client still waits', RETRIED, async () => {
    const playground = await startPlayground()
    const { links } = await about(playground)
    const { log } = playground.rooms.get('lobby')
    const held = links.map(({ port }) =>
      fetch(`http://127.0.0.1:${port}/rooms/lobby/long-poll?after=${log.head}`).catch(() => null),
    )
    await expect.poll(() => log.waiting).toBe(links.length)
    const startedAt = performance.now()
    await playground.close()
    const tookMs = performance.now() - startedAt
    console.log(`closing with ${links.length} links took ${tookMs.toFixed(1)} ms`)
    expect(tookMs).toBeLessThan(1000)
    await Promise.all(held)
    await expect(fetch(`http://127.0.0.1:${links[0]?.port}/about`)).rejects.toThrow()
  })
})
