import { request, type OutgoingHttpHeaders } from 'node:http'
import { describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { Batch } from '../../src/protocol.ts'
import { draft, person, startPlayground, textsOf, type TestPlayground } from '../support/playground.ts'

interface Answer {
  status: number
  etag: string | undefined
  text: string
}

/** A request with exactly these headers, which `fetch` does not send. A stream is read until its first byte of body. */
function ask(
  { port }: TestPlayground,
  path: string,
  headers: OutgoingHttpHeaders,
  { method = 'GET', body }: { method?: string; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', path, headers, method, agent: false }, (response) => {
      let text = ''
      const done = () => {
        response.destroy()
        resolve({ status: response.statusCode ?? 0, etag: response.headers.etag, text })
      }
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
        if (response.headers['content-length'] === undefined) done()
      })
      response.on('end', done)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Headers that a browser, a proxy or a library may write, and that this server does not use. */
const FOREIGN: [string, string][] = [
  ['if-none-match', '"33a64df551425fcc55e4d42a148795d9f25f89d4"'],
  ['if-none-match', 'W/"abc", "def"'],
  ['if-none-match', 'no tag at all'],
  ['if-none-match', ''],
  ['if-match', '"33a64df551425fcc55e4d42a148795d9f25f89d4"'],
  ['if-modified-since', 'Sat, 29 Oct 1994 19:43:31 GMT'],
  ['if-modified-since', 'yesterday'],
  ['if-unmodified-since', 'Sat, 29 Oct 2044 19:43:31 GMT'],
  ['if-range', '"abc"'],
  ['range', 'lines=1-2'],
  ['last-event-id', '42'],
  ['last-event-id', ''],
  ['last-event-id', '世界 %'],
  ['authorization', 'Basic YWRhOnNlY3JldA=='],
  ['authorization', 'Negotiate YII='],
  ['proxy-authorization', 'Basic YWRhOnNlY3JldA=='],
  ['accept', 'image/*;q=0.1'],
  ['accept-encoding', 'identity;q=0, br'],
  ['accept-language', '*;q=x'],
  ['accept-charset', 'latin1'],
  ['cache-control', 'only-if-cached'],
  ['pragma', 'no-cache'],
  ['te', 'trailers'],
  ['via', '1.0 old-proxy'],
  ['forwarded', 'for="[2001:db8::1]";proto=https'],
  ['x-forwarded-host', 'elsewhere.example'],
  ['x-http-method-override', 'DELETE'],
  ['content-type', 'application/json'],
  ['content-type', 'text/plain;charset=UTF-8'],
  ['cookie', 'a=b; a=c'],
  ['sec-fetch-site', 'same-site'],
  ['connection', 'close, te'],
]

describe('a header that is not meant for this server', () => {
  const paths = ['/', '/js/main.js', '/about', '/docs/json', '/rooms/lobby/members']
  const reads = ['short-poll', 'snapshot-poll', 'sse', 'http-stream', 'jsonp-poll?callback=show', 'long-poll']

  it.each(FOREIGN)('does not change the status of an answer: %s: %s', async (name, value) => {
    const playground = await startPlayground()
    const ada = await person(playground, 'ada')
    await playground.rooms
      .get('lobby')
      .post(await playground.rooms.get('lobby').membershipByToken(ada.token), draft('hi'))
    // A file of the page honours a condition that matches no version of it.
    const isCondition = name === 'if-match'
    for (const path of [...paths, ...reads.map((read) => `/rooms/lobby/${read}`)]) {
      if (isCondition && paths.includes(path)) continue
      const header = Buffer.from(value).toString('latin1')
      const { status } = await ask(playground, path, { [name]: header })
      expect(status, path).toBe(200)
    }
  })

  it.each([
    ['application/json', 'POST', '/rooms/blue/members', 201],
    ['application/x-www-form-urlencoded', 'POST', '/rooms/blue/members', 201],
    ['text/plain', 'DELETE', '/rooms/lobby/members/me', 204],
    ['application/json', 'DELETE', '/rooms/lobby/members/me', 204],
  ])('is the type %s of a body that is empty: %s %s is answered %i', async (type, method, path, status) => {
    const playground = await startPlayground()
    const { token } = await person(playground)
    const headers = { 'content-type': type, 'content-length': 0, authorization: `Bearer ${token}` }
    const own = path.startsWith('/rooms/blue') ? { 'content-type': type, 'content-length': 0 } : headers
    expect((await ask(playground, path, own, { method })).status).toBe(status)
  })

  it('is the Authorization of a proxy beside the token of a WebSocket', async () => {
    const playground = await startPlayground()
    const { token } = await person(playground)
    const url = `${playground.base.replace('http', 'ws')}/rooms/lobby/websocket`
    const socket = new WebSocket(url, ['chat.v1', `bearer.${token}`], { headers: { authorization: 'Basic YTpi' } })
    const acknowledged = new Promise<string>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const text = data.toString()
        if (text.includes('"type":"ack"')) resolve(text)
      })
    })
    socket.on('open', () => socket.send(JSON.stringify({ type: 'message', draft: draft('by a member') })))
    expect(await acknowledged).toContain('"seq":')
    socket.terminate()
  })

  it.each([
    ['x-webkit-deflate-frame', ''],
    ['permessage-deflate; client_max_window_bits', 'permessage-deflate'],
    ['permessage-deflate; server_max_window_bits=12; client_max_window_bits="12"', 'permessage-deflate'],
    ['permessage-deflate; server_max_window_bits=10', ''],
    ['permessage-deflate; server_max_window_bits=10, permessage-deflate', 'permessage-deflate'],
    ['permessage-deflate; server_no_context_takeover=1', ''],
    ['x-webkit-deflate-frame; a="b,c", permessage-deflate; client_max_window_bits', 'permessage-deflate'],
    ['permessage-deflate; server_max_window_bits', ''],
    ['permessage-deflate; server_max_window_bits=99', ''],
    ['permessage-deflate; client_max_window_bits; client_max_window_bits', ''],
    ['permessage-deflate; colour=red', ''],
    ['permessage-deflate; client_max_window_bits="', ''],
    [',', ''],
  ])(
    'is an offer of a compression, and the socket opens by a valid one or without one: %s',
    async (offer, accepted) => {
      const { port } = await startPlayground({ deflate: true })
      const headers = {
        ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
        ...{ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-extensions': offer },
      }
      const sent = request({ port, host: '127.0.0.1', path: '/rooms/lobby/websocket', headers }).end()
      const answer = await new Promise<string>((resolve, reject) => {
        sent.on('upgrade', ({ headers: answered }, socket) => {
          socket.destroy()
          resolve(answered['sec-websocket-extensions'] ?? '')
        })
        sent.on('response', ({ statusCode }) => reject(new Error(`answered with ${statusCode}`)))
        sent.on('error', reject)
      })
      expect(answer.split(';')[0]).toBe(accepted)
    },
  )

  it('does not make a Bearer token without a value pass', async () => {
    const playground = await startPlayground()
    for (const authorization of ['Bearer', 'Bearer ', 'bearer a b']) {
      expect((await ask(playground, '/rooms/lobby/short-poll', { authorization })).status, authorization).toBe(401)
    }
  })
})

describe('If-None-Match of a snapshot', () => {
  const path = '/rooms/lobby/snapshot-poll'

  it('matches by `*`, by the current tag, by a weak one, and by a list with it', async () => {
    const playground = await startPlayground()
    await person(playground)
    const { etag = '' } = await ask(playground, path, {})
    for (const tags of ['*', ' * ', etag, `W/${etag}`, `"foreign", ${etag}`, `${etag}, "foreign"`]) {
      expect(await ask(playground, path, { 'if-none-match': tags }), tags).toEqual({ status: 304, etag, text: '' })
    }
  })

  it('continues after the tag of this server when a foreign tag stands beside it', async () => {
    const playground = await startPlayground()
    const ada = await person(playground, 'ada')
    const { etag = '' } = await ask(playground, path, {})
    const room = playground.rooms.get('lobby')
    await room.post(await room.membershipByToken(ada.token), draft('news'))
    const { status, text } = await ask(playground, path, { 'if-none-match': `"foreign", ${etag}` })
    const batch = JSON.parse(text) as Batch
    expect([status, textsOf(batch.events), batch.known]).toEqual([200, ['news'], 1])
  })
})

describe('Last-Event-ID', () => {
  it('of another server is ignored, and the cursor of the address counts', async () => {
    const playground = await startPlayground()
    const { cursor } = await person(playground)
    const path = `/rooms/lobby/short-poll?after=${cursor}`
    expect((await ask(playground, path, { 'last-event-id': '42' })).status).toBe(204)
  })

  it('is read from the parameter of a polyfill, before the cursor of the address, and ignored when it is no cursor', async () => {
    const playground = await startPlayground()
    const ada = await person(playground, 'ada')
    const room = playground.rooms.get('lobby')
    await room.post(await room.membershipByToken(ada.token), draft('news'))
    const path = `/rooms/lobby/short-poll?after=${ada.cursor}`
    expect((await ask(playground, `${path}&lastEventId=${room.log.head}`, {})).status).toBe(204)
    for (const id of ['42', '', `${room.log.head}&lastEventId=${room.log.head}`]) {
      expect((await ask(playground, `${path}&lastEventId=${id}`, {})).text, id).toContain('news')
    }
  })
})

describe('a preflight of an allowed origin', () => {
  it('allows the headers that libraries add to each request of a page', async () => {
    const { base } = await startPlayground({ origins: 'https://a.example' })
    const headers = {
      origin: 'https://a.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,traceparent,Sentry-Trace, baggage,x_y<',
    }
    const answer = await fetch(`${base}/rooms/lobby/messages`, { method: 'OPTIONS', headers })
    const allowed = answer.headers.get('access-control-allow-headers')?.split(', ') ?? []
    expect(allowed).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'traceparent', 'sentry-trace', 'baggage']),
    )
    expect(new Set(allowed).size).toBe(allowed.length)
    expect(allowed.join()).not.toContain('<')
    const refused = await fetch(`${base}/rooms/lobby/messages`, {
      method: 'OPTIONS',
      headers: { ...headers, origin: 'https://b.example' },
    })
    expect(refused.headers.get('access-control-allow-headers')).toBeNull()
  })
})
