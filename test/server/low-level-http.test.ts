import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { recordedPath } from '../../src/meter.ts'
import { startPlayground, type TestPlayground } from '../support/playground.ts'

interface Answer {
  status: number
  headers: Headers
  body: string
}

/** Sends text as it is. Returns the answer once the server has closed the connection. */
async function send({ port }: TestPlayground, text: string): Promise<Answer> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
  socket.write(text)
  await once(socket, 'close')
  const [head = '', body = ''] = received.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const headers = new Headers(fields.map((field) => field.split(/: ?(.*)/).slice(0, 2) as [string, string]))
  return { status: Number(line.split(' ')[1]), headers, body }
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

describe('a request that the parser refuses', () => {
  it.each([
    ['a length that is no number', lines('GET /healthz HTTP/1.1', 'Host: localhost', 'Content-Length: x'), 400],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a large head', lines('GET /healthz HTTP/1.1', 'Host: localhost', `x: ${'y'.repeat(40_000)}`), 431],
    ['two Host lines', lines('GET /healthz HTTP/1.1', 'Host: localhost', 'host: other', CLOSE), 400],
    ['no Host line', lines('GET /healthz HTTP/1.1', CLOSE), 400],
    ['a path that cannot be decoded', lines('GET /rooms/%zz/short-poll HTTP/1.1', 'Host: localhost', CLOSE), 400],
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
    ['a short key', handshake('GET /rooms/lobby/meter HTTP/1.1', { 'Sec-WebSocket-Key': 'x' }), 400],
    ['another version', handshake('GET /rooms/lobby/websocket HTTP/1.1', { 'Sec-WebSocket-Version': '7' }), 426],
  ])('of a WebSocket by %s is refused with a problem', async (_, text, status) => {
    const answer = await send(await startPlayground(), text)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    if (status === 426) expect(answer.headers.get('sec-websocket-version')).toBe('13')
  })
})

describe('a path', () => {
  it.each(['/../x', '/a/../../x', '/%2e%2e/x', '//x', '/..%2fx', '/.git/config'])(
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

  it('that sends no complete head is disconnected when the time for a head is over', async () => {
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
