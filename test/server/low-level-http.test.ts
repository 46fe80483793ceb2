import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { recordedPath } from '../../src/meter.ts'
import { TRANSPORTS } from '../../src/protocol.ts'
import { LONG } from '../support/long.ts'
import { person, startPlayground, type TestPlayground } from '../support/playground.ts'
import { openRequest } from '../support/raw-request.ts'

interface Answer {
  /** Of the first answer, as headers and body. */
  status: number
  headers: Headers
  body: string
  /** Of all answers. */
  statuses: number[]
  answers: number
  text: string
}

interface SendOptions {
  /** Further bytes follow, one after each of these ms. */
  dripMs?: number
}

/** Sends text as it is. Returns the answer once the server has closed the connection. */
async function send({ port }: TestPlayground, text: string, { dripMs }: SendOptions = {}): Promise<Answer> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
  socket.write(text)
  const drip = dripMs === undefined ? undefined : setInterval(() => socket.writable && socket.write('x'), dripMs)
  await once(socket, 'close')
  clearInterval(drip)
  const [head = '', body = ''] = received.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const headers = new Headers(fields.map((field) => field.split(/: ?(.*)/).slice(0, 2) as [string, string]))
  const statuses = [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
  return { status: Number(line.split(' ')[1]), headers, body, statuses, answers: statuses.length, text: received }
}

const lines = (...text: string[]) => [...text, '', ''].join('\r\n')
const CLOSE = 'Connection: close'
const HANDSHAKE = {
  Host: 'localhost',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
}
const handshake = (line: string, changed: Record<string, string> = {}) =>
  lines(line, ...Object.entries({ ...HANDSHAKE, ...changed }).map(([name, value]) => `${name}: ${value}`))

/** A Host line and more headers than Node reads by default. */
const MANY = ['Host: localhost', ...Array.from({ length: 2001 }, () => 'a:b')]

describe('a request that the parser refuses', () => {
  it.each([
    ['a length that is no number', lines('GET /healthz HTTP/1.1', 'Host: localhost', 'Content-Length: x'), 400],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a large head', lines('GET /healthz HTTP/1.1', 'Host: localhost', `x: ${'y'.repeat(40_000)}`), 431],
    ['two Host lines', lines('GET /healthz HTTP/1.1', 'Host: localhost', 'host: other', CLOSE), 400],
    ['no Host line', lines('GET /healthz HTTP/1.1', CLOSE), 400],
    ['a second Host line behind 2,000 headers', lines('GET /healthz HTTP/1.1', ...MANY, 'Host: other', CLOSE), 400],
    [
      'a foreign Origin behind 2,000 headers',
      lines('GET /about HTTP/1.1', ...MANY, 'Origin: http://other', CLOSE),
      403,
    ],
    ['a tunnel', lines('CONNECT 127.0.0.1:22 HTTP/1.1', 'Host: localhost'), 404],
    ['a path that cannot be decoded', lines('GET /rooms/%zz/short-poll HTTP/1.1', 'Host: localhost', CLOSE), 400],
    ['an expectation', lines('GET /healthz HTTP/1.1', 'Host: localhost', 'Expect: tea'), 417],
  ])('for %s is answered with a problem', async (_, text, status) => {
    const answer = await send(await startPlayground(), text)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(JSON.parse(answer.body)).toMatchObject({ status, title: expect.any(String) as string })
  })

  it('is not one without a Host line in HTTP/1.0', async () => {
    expect((await send(await startPlayground(), lines('GET /healthz HTTP/1.0'))).status).toBe(200)
  })
})

describe('a request of which two servers could read different ends', () => {
  const post = (...fields: string[]) =>
    ['POST /rooms/lobby/members HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', ...fields].join('\r\n')
  const hidden = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'

  it.each([
    ['a length and chunks', `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}\r\n\r\n0\r\n\r\n${hidden}`],
    ['chunks and a length', `${post('Transfer-Encoding: chunked', 'Content-Length: 4')}\r\n\r\n0\r\n\r\n${hidden}`],
    ['two lengths', `${post('Content-Length: 2', `Content-Length: ${2 + hidden.length}`)}\r\n\r\n{}${hidden}`],
    ['a list of lengths', `${post('Content-Length: 2, 2')}\r\n\r\n{}${hidden}`],
    ['a signed length', `${post('Content-Length: +2')}\r\n\r\n{}${hidden}`],
    ['a negative length', `${post('Content-Length: -1')}\r\n\r\n{}${hidden}`],
    ['a space before the colon', `${post('Content-Length : 2')}\r\n\r\n{}${hidden}`],
    ['a folded line', `${post('Content-Length:', ' 2')}\r\n\r\n{}${hidden}`],
    ['a folded coding', `${post('Transfer-Encoding:', ' chunked', 'X: y', ' chunked')}\r\n\r\n0\r\n\r\n${hidden}`],
    [
      'chunks that are not the last coding',
      `${post('Transfer-Encoding: chunked, identity')}\r\n\r\n0\r\n\r\n${hidden}`,
    ],
    ['an unknown coding', `${post('Transfer-Encoding: xchunked')}\r\n\r\n0\r\n\r\n${hidden}`],
    ['a chunk whose size is no number', `${post('Transfer-Encoding: chunked')}\r\n\r\nx\r\n{}\r\n0\r\n\r\n${hidden}`],
    ['a chunk longer than its size', `${post('Transfer-Encoding: chunked')}\r\n\r\n1\r\n{}\r\n0\r\n\r\n${hidden}`],
    ['bare line feeds', `${post('Content-Length: 2')}\n\n{}${hidden}`.replaceAll('\r\n', '\n')],
    ['a bare carriage return', `${post('X: a\rContent-Length: 2')}\r\n\r\n{}${hidden}`],
    [
      'chunks in HTTP/1.0',
      `${post('Transfer-Encoding: chunked', 'Connection: keep-alive').replace('1.1', '1.0')}\r\n\r\n2\r\n{}\r\n0\r\n\r\n${hidden}`,
    ],
    ['a compression that is none', `${post('Content-Encoding: gzip', 'Content-Length: 2')}\r\n\r\n{}${hidden}`],
    ['NUL in a header', `${post('X: a\0b', 'Content-Length: 2')}\r\n\r\n{}${hidden}`],
  ])('by %s is answered once, with 400, and the connection is closed', async (_, text) => {
    const playground = await startPlayground()
    const { status, answers } = await send(playground, text)
    expect(status).toBe(400)
    expect(answers).toBe(1)
    expect(playground.rooms.size).toBe(0)
  })

  it('is not one whose length and chunks are right', async () => {
    const playground = await startPlayground()
    const chunked = `${post('Transfer-Encoding: chunked')}\r\n\r\n2\r\n{}\r\n0\r\n\r\n`
    expect((await send(playground, `${chunked}${hidden.replace('\r\n\r\n', `\r\n${CLOSE}\r\n\r\n`)}`)).answers).toBe(2)
    expect((await send(playground, `${post('Content-Length: 2', CLOSE)}\r\n\r\n{}`)).status).toBe(201)
  })
})

describe('what is no request, behind requests without an answer', () => {
  const get = (path: string, ...fields: string[]) => lines(`GET ${path} HTTP/1.1`, 'Host: localhost', ...fields)
  const chunked = lines(
    'POST /rooms/lobby/members HTTP/1.1',
    ...['Host: localhost', 'Content-Type: application/json', 'Transfer-Encoding: chunked'],
  )

  it.each([
    ['a poll', get('/rooms/lobby/short-poll'), [200, 400]],
    ['a held poll', get('/rooms/lobby/long-poll?holdMs=20000'), [200, 400]],
    ['three requests', get('/healthz') + get('/nothing') + get('/rooms/%zz/members'), [200, 404, 400, 400]],
    ['a request that closes the connection', get('/healthz', CLOSE), [200]],
  ])('is refused after the answer to %s', async (_, requests, statuses) => {
    for (const refused of ['no request\r\n\r\n', `${chunked}x\r\n`]) {
      const playground = await startPlayground()
      const { statuses: received } = await send(playground, requests + refused)
      expect(received).toEqual(statuses)
    }
  })

  it('is refused when the held poll before ends at once', async () => {
    const playground = await startPlayground({ hold: 30_000 })
    const { log } = playground.rooms.get('lobby')
    const startedAt = performance.now()
    const poll = get(`/rooms/lobby/long-poll?after=${log.head}`)
    expect((await send(playground, `${poll}no request\r\n\r\n`)).statuses).toEqual([204, 400])
    expect(performance.now() - startedAt).toBeLessThan(20_000)
  })

  it('ends a stream in order, and is no part of the stream', async () => {
    const { text } = await send(await startPlayground(), `${get('/rooms/lobby/sse')}no request\r\n\r\n`)
    expect(text.indexOf('0\r\n\r\nHTTP/1.1 400')).toBeGreaterThan(0)
  })
})

describe('a client that sends no complete head', () => {
  it('is answered with 408 and disconnected within 10 s, and a held poll is not', LONG, async () => {
    const playground = await startPlayground()
    const { log } = playground.rooms.get('lobby')
    const poll = connect(playground.port, '127.0.0.1')
    onTestFinished(() => void poll.destroy())
    poll.write(lines(`GET /rooms/lobby/long-poll?after=${log.head} HTTP/1.1`, 'Host: localhost'))
    await expect.poll(() => log.waiting).toBe(1)
    const startedAt = performance.now()
    const answers = await Promise.all([
      send(playground, ''),
      send(playground, 'GET /healthz HTTP/1.1\r\n'),
      send(playground, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX:', { dripMs: 200 }),
    ])
    // On a busy machine the timer is late.
    expect(performance.now() - startedAt).toBeLessThan(15_000)
    expect(answers.map(({ status }) => status)).toEqual([408, 408, 408])
    expect(log.waiting).toBe(1)
  })
})

describe('an upgrade', () => {
  it.each(['/healthz', '/nothing', '/rooms/lobby/short-poll', '/rooms/lobby/members', '/about', '/'])(
    'of %s, which is no WebSocket, is answered as a plain request',
    async (path) => {
      const { status } = await send(await startPlayground(), handshake(`GET ${path} HTTP/1.1`))
      expect(status).toBe(path === '/nothing' ? 404 : 200)
    },
  )

  it.each([
    ['HTTP/1.0', handshake('GET /rooms/lobby/websocket HTTP/1.0'), 400],
    ['a POST', handshake('POST /rooms/lobby/socket-io HTTP/1.1'), 400],
    ['another protocol', handshake('GET /rooms/lobby/websocket HTTP/1.1', { Upgrade: 'h2c' }), 400],
    ['a body', `${handshake('GET /rooms/lobby/websocket HTTP/1.1', { 'Content-Length': '2' })}{}`, 400],
    ['a short key', handshake('GET /rooms/lobby/meter HTTP/1.1', { 'Sec-WebSocket-Key': 'x' }), 400],
    [
      'an empty list of protocols',
      handshake('GET /rooms/lobby/websocket HTTP/1.1', { 'Sec-WebSocket-Protocol': '' }),
      400,
    ],
    [
      'a protocol twice',
      handshake('GET /rooms/lobby/websocket HTTP/1.1', { 'Sec-WebSocket-Protocol': 'chat.v1, chat.v1' }),
      400,
    ],
    ['another version', handshake('GET /rooms/lobby/websocket HTTP/1.1', { 'Sec-WebSocket-Version': '7' }), 426],
  ])('of a WebSocket by %s is refused with a problem', async (_, text, status) => {
    const answer = await send(await startPlayground(), text)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    if (status === 426) expect(answer.headers.get('sec-websocket-version')).toBe('13')
  })
})

describe('an upgrade on a connection with other requests', () => {
  const HEADS = 'Host: localhost'
  const POST = ['POST /rooms/lobby/members HTTP/1.1', HEADS, 'Content-Type: application/json', 'Content-Length: 2']
  const plain = (path: string, ...fields: string[]) => lines(`GET ${path} HTTP/1.1`, HEADS, ...fields)

  it.each([
    ['a held poll', plain('/rooms/lobby/long-poll?holdMs=50'), [200, 400]],
    ['a poll', plain('/rooms/lobby/short-poll'), [200, 400]],
    ['a session of Socket.IO', plain('/rooms/lobby/socket-io?EIO=4&transport=polling'), [200, 400]],
    ['a join', `${lines(...POST)}{}`, [201, 400]],
    ['the page', plain('/'), [200, 400]],
    ['a path without a route', plain('/nothing'), [404, 400]],
    ['a tunnel', lines('CONNECT localhost:22 HTTP/1.1', HEADS), [404]],
    ['a path that cannot be decoded', plain('/rooms/%zz/short-poll'), [400, 400]],
    ['a request that closes the connection', plain('/healthz', CLOSE), [200]],
  ])('is refused when it follows %s without waiting for the answer', async (_, first, statuses) => {
    const playground = await startPlayground()
    for (const end of ['websocket', 'meter', 'socket-io/', 'web%73ocket']) {
      const answer = await send(playground, first + handshake(`GET /rooms/lobby/${end} HTTP/1.1`))
      expect(answer.statuses, end).toEqual(statuses)
      if (statuses.length > 1) expect(answer.text).toContain('answers to all earlier requests')
    }
  })

  it.each(['websocket', 'meter'])('of %s succeeds after the answer to an earlier request', async (end) => {
    const { port } = await startPlayground()
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')))
    socket.write(plain('/healthz'))
    await expect.poll(() => received).toContain('HTTP/1.1 200')
    socket.write(handshake(`GET /rooms/lobby/${end} HTTP/1.1`))
    await expect.poll(() => received).toContain('HTTP/1.1 101')
  })

  it.each([
    ['that is refused', '/rooms/lobby/websocket', { 'Sec-WebSocket-Version': '7' }, 426],
    ['with a short key', '/rooms/lobby/meter', { 'Sec-WebSocket-Key': 'x' }, 400],
    ['of another protocol', '/healthz', { Upgrade: 'h2c' }, 200],
    ['of a plain path', '/rooms/lobby/short-poll', {}, 200],
    ['of no path', '/nothing', {}, 404],
    ['of a path that cannot be decoded', '/rooms/%zz/websocket', {}, 400],
    ['with an expectation', '/healthz', { Expect: 'tea' }, 417],
  ])('%s is the last request that is answered, and the answer says so', async (_, path, changed, status) => {
    const upgrade = handshake(`GET ${path} HTTP/1.1`, changed)
    const answer = await send(await startPlayground(), upgrade + plain('/healthz'))
    expect(answer.statuses).toEqual([status])
    expect(answer.headers.get('connection')).toBe('close')
  })

  it.each(['h2c', 'websocket'])('to %s does not take the body of a post away', async (protocol) => {
    const post = lines(...POST, 'Connection: Upgrade', `Upgrade: ${protocol}`)
    expect((await send(await startPlayground(), `${post}{}`)).statuses).toEqual([201])
  })

  it.each(['h2c', 'websocket'])('to %s does not stop an answer that is longer than a buffer', async (protocol) => {
    const path = '/shipped-report/report.json'
    const answer = await send(await startPlayground(), plain(path, 'Connection: Upgrade', `Upgrade: ${protocol}`))
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toEqual(JSON.parse(await readFile(`public${path}`, 'utf8')))
  })
})

describe('a path', () => {
  it.each(['/../x', '/a/../../x', '/%2e%2e/x', '//x', '/..%2fx', '/.git/config', '/docs/static/../../x'])(
    '%s outside the page’s files is answered with 404',
    async (path) => {
      const answer = await send(await startPlayground(), lines(`GET ${path} HTTP/1.1`, 'Host: localhost', CLOSE))
      expect(answer.status).toBe(404)
      expect(JSON.parse(answer.body)).toMatchObject({ type: 'not-found' })
    },
  )

  it.each(['/healthz', '/readyz', '/about', '/docs/json', '/docs/frames', '/metrics', '/nothing'])(
    '%s is not cached',
    async (path) => {
      const { base } = await startPlayground({ metrics: true })
      expect((await fetch(base + path)).headers.get('cache-control')).toBe('no-store')
    },
  )

  const ROOM_PATHS = [
    'members',
    'members/me',
    'messages',
    'meter',
    ...TRANSPORTS.map((name) => (name === 'jsonp-poll' ? `${name}?callback=show` : name)),
  ]

  it.each(ROOM_PATHS.map((path) => `/rooms/lobby/${path}`))('%s is not cached', async (path) => {
    const playground = await startPlayground()
    const { token } = await person(playground)
    for (const headers of [{}, { authorization: `Bearer ${token}` }, { authorization: 'Bearer unknown' }]) {
      const { response } = await openRequest(playground, path, { headers })
      expect((await response).headers['cache-control']).toMatch(/^no-store\b/)
    }
  })

  it.each([
    ['/x?EIO=4&sid=SECRET&t=1', '/x?EIO=4&sid=…&t=1'],
    ['/x?%73id=SECRET', '/x?sid=…'],
    ['/x?s%69%64=SECRET', '/x?sid=…'],
    ['/x?sid=SECRET&a=%zz&sid=SECRET', '/x?sid=…&a=%zz&sid=…'],
    ['/x?outside=1', '/x?outside=1'],
    ['/sid=1', '/sid=1'],
  ])('%s is recorded as %s, without the id of a session', (path, recorded) => {
    expect(recordedPath(path)).toBe(recorded)
  })
})

describe('an HTTP/2 client', () => {
  const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
  /** Type 1 is HEADERS, 4 SETTINGS, 9 CONTINUATION. */
  const frame = (type: number, flags: number, streamId: number, payload: Buffer) => {
    const head = Buffer.alloc(9)
    head.writeUIntBE(payload.length, 0, 3)
    head.writeUInt8(type, 3)
    head.writeUInt8(flags, 4)
    head.writeUInt32BE(streamId, 5)
    return Buffer.concat([head, payload])
  }
  const SETTINGS = Buffer.concat([Buffer.from(PREFACE), frame(4, 0, 0, Buffer.alloc(0))])
  /** `:method: GET` of the static table. */
  const METHOD = Buffer.from([0x82])

  it('that sends no complete head is disconnected when the time for a head is over', LONG, async () => {
    const { port } = await startPlayground({ tls: true })
    const sent = {
      nothing: Buffer.alloc(0),
      'half a preface': Buffer.from(PREFACE.slice(0, 9)),
      'half a frame': Buffer.concat([SETTINGS, frame(1, 0, 1, METHOD).subarray(0, 5)]),
      'a head without its end': Buffer.concat([SETTINGS, frame(1, 0, 1, METHOD)]),
    }
    const closed = Object.entries(sent).map(async ([name, bytes]) => {
      const socket = connectTls({ port, host: '127.0.0.1', ALPNProtocols: ['h2'], rejectUnauthorized: false })
      socket.on('error', () => undefined).resume()
      await once(socket, 'secureConnect')
      socket.write(bytes)
      await once(socket, 'close', { signal: AbortSignal.timeout(30_000) })
      return name
    })
    expect(await Promise.all(closed)).toEqual(Object.keys(sent))
  })
})
