// @module-tag long
import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rename, renewLease } from '../../src/client/members.ts'
import { RoomMember } from '../../src/client/room-member.ts'
import type { SessionState } from '../../src/client/session-state.ts'
import { call } from '../../src/client/transports/http.ts'
import { ConnectionError, ProblemError } from '../../src/client/transports/transport.ts'
import { join } from '../../src/node/index.ts'
import { nodeNet } from '../../src/node/net.ts'
import { TRANSPORTS, type Problem } from '../../src/protocol.ts'
import { startPlayground, type TestPlayground } from '../support/playground.ts'
import { readTexts } from '../support/read-texts.ts'

interface ForeignAnswer {
  status: number
  headers?: Record<string, string>
  body?: string
}

interface Proxy {
  url: string
  /** From now on the proxy gives this answer to each request that `isMeant`; null: it forwards. Connections are closed. */
  answer: (foreign: ForeignAnswer | null, isMeant?: (request: IncomingMessage) => boolean) => void
  /** Number of foreign answers so far. */
  answered: () => number
}

/** A proxy that forwards requests and upgrades, or answers by itself. */
async function startProxy({ port }: Pick<TestPlayground, 'port'>): Promise<Proxy> {
  let foreign: ForeignAnswer | null = null
  let isForeign: (request: IncomingMessage) => boolean = () => true
  let count = 0
  const answerForeign = (response: ServerResponse, { status, headers, body = '' }: ForeignAnswer) => {
    count += 1
    response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers }).end(body)
  }
  const proxy = createServer((incoming, response) => {
    if (foreign && isForeign(incoming)) {
      incoming.resume()
      answerForeign(response, foreign)
      return
    }
    const { url: path, method, headers } = incoming
    const upstream = httpRequest({ port, host: '127.0.0.1', path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders()
      answer.pipe(response)
    })
    upstream.on('error', () => response.destroy())
    response.on('close', () => upstream.destroy())
    incoming.pipe(upstream)
  })
  proxy.on('upgrade', (incoming, socket) => {
    socket.on('error', () => undefined)
    if (foreign && isForeign(incoming)) {
      count += 1
      socket.end(`HTTP/1.1 ${foreign.status} Foreign\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const upstream = connect(port, '127.0.0.1', () => {
      const lines = incoming.rawHeaders.reduce((text, part, i) => text + part + (i % 2 === 0 ? ': ' : '\r\n'), '')
      upstream.write(`GET ${incoming.url} HTTP/1.1\r\n${lines}\r\n`)
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    socket.on('close', () => upstream.destroy())
  })
  const sockets = new Set<{ destroy: () => void }>()
  proxy.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const closeConnections = () => {
    for (const socket of sockets) socket.destroy()
  }
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => {
    closeConnections()
    proxy.close()
  })
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    answer: (next, isMeant = () => true) => {
      foreign = next
      isForeign = isMeant
      closeConnections()
    },
    answered: () => count,
  }
}

const HTML = '<!doctype html><title>Log in</title>'
const html = { 'content-type': 'text/html' }

/** What stands between a client and its server for some time: a login, a deployment, a network of a hotel. */
const FOREIGN: [string, ForeignAnswer][] = [
  ['the login of a proxy, 401', { status: 401, headers: { ...html, 'www-authenticate': 'Basic' }, body: HTML }],
  ['a firewall, 403', { status: 403, headers: html, body: HTML }],
  ['a router without the server, 404', { status: 404, headers: { 'content-type': 'text/plain' }, body: 'no route' }],
  ['a page that has moved, 410', { status: 410, headers: html, body: HTML }],
  [
    'a problem of a proxy in JSON, 401',
    {
      status: 401,
      headers: { 'content-type': 'application/problem+json' },
      body: JSON.stringify({ type: 'https://proxy.example/login', title: 'Log in', status: 401, detail: 'log in' }),
    },
  ],
  [
    'another JSON, 401',
    { status: 401, headers: { 'content-type': 'application/json' }, body: '{"type":"error","detail":"log in"}' },
  ],
  ['a captive portal, 200 with HTML', { status: 200, headers: html, body: HTML }],
  ['a captive portal, 200 with JSON', { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }],
  ['a captive portal, 204', { status: 204 }],
  ['a proxy whose server is away, 502 with HTML', { status: 502, headers: html, body: HTML }],
]

/** Each answer for a poll, those with 200 and 204 for a stream, and one answer for all transports. */
const CASES = FOREIGN.flatMap(([name, foreign]) => {
  if (foreign.status === 404) return TRANSPORTS.map((by) => ({ by, name, foreign }))
  const transports = foreign.status < 300 ? (['long-poll', 'sse'] as const) : (['long-poll'] as const)
  return transports.map((by) => ({ by, name, foreign }))
})

it.each(CASES)(
  'a client by $by stays the same member and loses no message behind $name, for some time',
  async ({ by, foreign }) => {
    const playground = await startPlayground()
    const proxy = await startProxy(playground)
    const states: SessionState[] = []
    const rejoined: Problem[] = []
    const ada = await join(proxy.url, {
      name: 'ada',
      transport: by,
      tuning: { intervalMs: 20, holdMs: 200 },
      onState: (state) => states.push(state),
      onRejoined: (_member, why) => rejoined.push(why),
    })
    onTestFinished(() => ada.close().catch(() => undefined))
    await ada.send('before')
    expect(await readTexts(ada, 1)).toEqual(['before'])
    proxy.answer(foreign)
    const sending = ada.send('during')
    sending.catch(() => undefined)
    // After the third, the client has read at least one.
    await expect.poll(proxy.answered, { interval: 5 }).toBeGreaterThan(2)
    proxy.answer(null)
    expect((await sending).seq).toBe(3)
    expect(await readTexts(ada, 1)).toEqual(['during'])
    expect([rejoined, states.map(({ name }) => name).includes('closed')]).toEqual([[], false])
  },
)

it('a long poll that is answered at once without events is repeated after a pause', async () => {
  const playground = await startPlayground({ hold: 0 })
  const proxy = await startProxy(playground)
  const ada = await join(proxy.url, { transport: 'long-poll' })
  onTestFinished(() => ada.close().catch(() => undefined))
  const startedAt = performance.now()
  proxy.answer({ status: 204 }, ({ method }) => method === 'GET')
  await expect.poll(proxy.answered, { interval: 5 }).toBeGreaterThan(9)
  // Ten answers have nine pauses between them, of which the first may be shorter.
  expect(performance.now() - startedAt).toBeGreaterThan(400)
})

it.each(FOREIGN)(
  'a member that joins again and is answered by %s, joins when the server answers',
  async (_, foreign) => {
    const playground = await startPlayground()
    const proxy = await startProxy(playground)
    proxy.answer(foreign)
    const states: SessionState[] = []
    const member = new RoomMember({
      net: nodeNet(proxy.url),
      room: 'lobby',
      transport: 'long-poll',
      rejoin: 'when-forgotten',
      observer: { state: (state) => states.push(state) },
    })
    onTestFinished(() => member.leave().catch(() => undefined))
    await expect.poll(() => states.map(({ name }) => name)).toContain('waiting')
    proxy.answer(null)
    member.retry()
    await expect.poll(() => states.at(-1)?.name).toBe('open')
  },
)

it('a captive portal that answers 200 never shows a stream as open', async () => {
  const playground = await startPlayground()
  const proxy = await startProxy(playground)
  const states: SessionState[] = []
  const ada = await join(proxy.url, { transport: 'sse', onState: (state) => states.push(state) })
  onTestFinished(() => ada.close().catch(() => undefined))
  await expect.poll(() => states.at(-1)?.name).toBe('open')
  proxy.answer({ status: 200, headers: html, body: HTML })
  await expect.poll(proxy.answered).toBeGreaterThan(2)
  const since = states.slice(states.findIndex(({ name }) => name === 'waiting'))
  expect(since.map(({ name }) => name)).not.toContain('open')
  expect(JSON.stringify(since)).toContain('is a proxy in between?')
})

it('a message that is too large for a proxy is refused, and the next one is sent', async () => {
  const playground = await startPlayground()
  const proxy = await startProxy(playground)
  const ada = await join(proxy.url, { transport: 'sse' })
  onTestFinished(() => ada.close().catch(() => undefined))
  proxy.answer({ status: 413, headers: html, body: HTML }, ({ method, headers }) => {
    return method === 'POST' && Number(headers['content-length']) > 1000
  })
  await expect(ada.send('x'.repeat(1500))).rejects.toThrow('413')
  expect((await ada.send('short')).seq).toBe(2)
})

describe('a program that joins', () => {
  it.each(FOREIGN)('fails with an error that names a proxy when the answer comes from %s', async (_, foreign) => {
    const proxy = await startProxy(await startPlayground())
    proxy.answer(foreign)
    const error: unknown = await join(proxy.url).catch((why: unknown) => why)
    const isNamed = error instanceof ProblemError && error.problem.type.startsWith('https://proxy.example')
    if (!isNamed) expect(String(error)).toContain('is a proxy in between?')
  })
})

it('a lease and a name that a captive portal confirms are not confirmed', async () => {
  const proxy = await startProxy(await startPlayground())
  const net = nodeNet(proxy.url)
  proxy.answer({ status: 200, headers: { 'content-type': 'application/json' }, body: '{}' })
  await expect(renewLease(net, 'lobby', 'token')).rejects.toThrow(ConnectionError)
  await expect(rename(net, 'lobby', 'token', 'ada')).rejects.toThrow(ConnectionError)
})

describe('Retry-After', () => {
  const date = 'Thu, 26 Nov 2026 12:00:00 GMT'
  it.each([
    ['7', 7000],
    ['Thu, 26 Nov 2026 12:00:30 GMT', 30_000],
    ['Thu, 26 Nov 2026 11:00:00 GMT', 0],
    ['86400', 300_000],
    ['99999999999', 300_000],
    ['soon', undefined],
    ['-5', undefined],
  ])('of a proxy is read as a wait that is no longer than five minutes: %s', async (value, ms) => {
    const proxy = await startProxy(await startPlayground())
    proxy.answer({ status: 503, headers: { 'retry-after': value, date } })
    const error: unknown = await call(nodeNet(proxy.url), { path: '/about' }).catch((why: unknown) => why)
    expect(error).toMatchObject({ problem: { status: 503 }, retryAfterMs: ms })
  })
})
