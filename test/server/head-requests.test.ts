import { once } from 'node:events'
import { connect } from 'node:net'
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2'
import { describe, expect, it, onTestFinished } from 'vitest'
import { TRANSPORTS } from '../../src/protocol.ts'
import { startPlayground } from '../support/playground.ts'

const PATHS = [
  ...['/', '/js/main.js', '/about', '/healthz', '/readyz', '/metrics', '/nothing'],
  ...['/docs', '/docs/', '/docs/json', '/docs/yaml', '/docs/frames', '/docs/asyncapi.json', '/docs/nothing'],
  ...['/docs/static/index.html', '/docs/static/swagger-ui.css'],
  ...['members', 'members/me', 'messages', 'meter', 'nothing'].map((path) => `/rooms/lobby/${path}`),
  ...TRANSPORTS.map((name) => `/rooms/lobby/${name}`),
  '/rooms/lobby/jsonp-poll?callback=show',
]

/** Status of the answer to a GET of a path: for a stream, of its head. */
async function statusOfGet(url: string): Promise<number> {
  const abort = new AbortController()
  const { status } = await fetch(url, { redirect: 'manual', signal: abort.signal })
  abort.abort()
  return status
}

describe('a HEAD request', () => {
  it.each(PATHS)(
    'of %s is answered with the status of a GET, without a body, and the connection can be used again',
    async (path) => {
      const { port, base } = await startPlayground({ metrics: true })
      const socket = connect(port, '127.0.0.1')
      onTestFinished(() => void socket.destroy())
      let received = ''
      socket.on('data', (chunk: Buffer) => (received += chunk.toString('latin1')))
      const close = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
      socket.write(`HEAD ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n${close}`)
      await once(socket, 'end')
      const answers = [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))
      expect(answers).toEqual([await statusOfGet(base + path), 200])
      expect(received.split('\r\n\r\n').slice(1)).toEqual([expect.stringMatching(/^HTTP\/1\.1 200/), '{"status":"ok"}'])
    },
  )

  it('of each route is answered over HTTP/2', async () => {
    const { port } = await startPlayground({ tls: true, metrics: true })
    const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
    onTestFinished(() => session.destroy())
    for (const path of PATHS) expect(await statusOverHttp2(session, path), path).toBeGreaterThanOrEqual(200)
  })
})

async function statusOverHttp2(session: ClientHttp2Session, path: string): Promise<number> {
  const stream = session.request({ ':method': 'HEAD', ':path': path })
  stream.resume()
  const [headers] = (await once(stream, 'response')) as [{ ':status'?: number }]
  await once(stream, 'close')
  return headers[':status'] ?? 0
}
