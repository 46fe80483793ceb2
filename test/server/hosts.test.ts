import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { configOf } from '../../src/server/config/settings.ts'
import { Hosts } from '../../src/server/http/hosts.ts'
import { isOriginOfHost } from '../../src/server/http/origin-of-host.ts'
import { LONG } from '../support/long.ts'
import { startPlayground, type TestPlayground } from '../support/playground.ts'

interface Answer {
  status: number
  text: string
}

/** A request with headers that `fetch` does not allow. */
async function ask({ port }: TestPlayground, path: string, headers: Record<string, string>): Promise<Answer> {
  const request = httpRequest({ host: '127.0.0.1', port, path, headers }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk as string
  return { status: response.statusCode ?? 0, text }
}

const READ = '/rooms/lobby/short-poll'
const page = (host: string) => ({ host, origin: `http://${host}` })

describe('a server that listens on this machine alone', () => {
  it.each([
    { hosts: 'fd00::5', host: '[fd00::5]:3000' },
    { hosts: '[fd00::5]', host: '[FD00:0::5]' },
    { hosts: 'chat.example', host: 'chat.example.:3000' },
    { hosts: 'chat.example.', host: 'Chat.Example' },
    { hosts: 'b\u00fccher.example', host: 'xn--bcher-kva.example' },
    { hosts: 'BoX.local:3000,other.example', host: 'box.local' },
  ])('answers to a name as it is written in another way: %j', async ({ hosts, host }) => {
    const playground = await startPlayground({ hosts })
    expect((await ask(playground, READ, page(host))).status).toBe(200)
  })

  it.each(['app', 'b', 'null', 'file'])(
    'does not take the part %s of an origin that is no HTTP for its name',
    async (host) => {
      const playground = await startPlayground({ origins: 'app://b,null,file://' })
      expect((await ask(playground, READ, { host })).status).toBe(403)
    },
  )

  it.each(['localhost.', 'localhost', 'localhost:8000', 'my.localhost', '127.0.0.1:4000', '127.9.9.9', '[::1]:3000'])(
    'answers to the name %s',
    async (host) => {
      const playground = await startPlayground()
      expect((await ask(playground, READ, { host })).status).toBe(200)
      expect((await ask(playground, READ, page(host))).status).toBe(200)
    },
  )

  it.each([READ, '/%72ooms/lobby/short-poll', '/rooms/lobby/members', '/about', '/docs/json', '/metrics'])(
    'refuses %s by a foreign name with 403, and says how to allow it',
    async (path) => {
      const playground = await startPlayground({ metrics: true })
      const { status, text } = await ask(playground, path, { host: 'evil.example:4000' })
      expect(status).toBe(403)
      expect(JSON.parse(text)).toMatchObject({ type: 'foreign-host', field: 'Host' })
      expect(text).toContain('--hosts evil.example')
      expect(text).toContain('--origins https://evil.example')
    },
  )

  it('refuses a page whose name resolves to this machine, over HTTP and WebSocket', async () => {
    const playground = await startPlayground()
    expect((await ask(playground, READ, page('evil.example'))).status).toBe(403)
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }
    const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' }
    const path = '/rooms/lobby/websocket'
    expect((await ask(playground, path, { ...page('evil.example'), ...upgrade, ...key })).status).toBe(403)
  })

  it('serves the files of the page and its health by any name', async () => {
    const playground = await startPlayground()
    for (const path of ['/index.html', '/healthz', '/readyz']) {
      expect((await ask(playground, path, { host: 'chat.example' })).status).toBe(200)
    }
  })

  it.each([{ hosts: 'chat.example' }, { origins: 'https://chat.example' }])(
    'answers to a name that %j allows',
    async (config) => {
      const playground = await startPlayground(config)
      expect((await ask(playground, READ, { host: 'chat.example' })).status).toBe(200)
      expect((await ask(playground, READ, { host: 'chat.example:443' })).status).toBe(200)
      expect((await ask(playground, READ, { host: 'other.example' })).status).toBe(403)
    },
  )
})

describe('a name in Host that is no name of a host', () => {
  it.each(['user@localhost', 'localhost:80/x', 'localhost?x', 'localhost#x', 'localhost\\x'])(
    'is refused when a name of this machine is a part of it: %s',
    async (host) => {
      const { status, text } = await ask(await startPlayground(), READ, { host })
      expect(status).toBe(403)
      expect(JSON.parse(text)).toMatchObject({ type: 'foreign-host' })
    },
  )

  // After some thousand calls, URL.canParse of Node 20 takes these Latin-1 characters for the UTF-8 of an emoji.
  const HOST = Buffer.from('😀').toString('latin1')

  it('is refused without an error, however often', LONG, async () => {
    const server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const hosts = new Hosts(() => server, configOf())
    for (let i = 0; i < 30_000; i++) {
      expect(hosts.isOwn(HOST)).toBe(false)
      expect(isOriginOfHost(`http://${HOST}`, HOST)).toBe(false)
    }
  })
})

describe('a request of another site without Origin', () => {
  const from = (mode: string) => ({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode })

  it.each([READ, '/about', '/rooms/lobby/snapshot-poll'])('is refused for %s in every mode', async (path) => {
    const playground = await startPlayground()
    expect((await ask(playground, path, from('no-cors'))).status).toBe(403)
    expect((await ask(playground, path, from('navigate'))).status).toBe(403)
    expect((await ask(playground, path, { 'sec-fetch-site': 'same-origin' })).status).toBe(200)
  })

  it('gets the page when a person follows a link, and as an image it does not', async () => {
    const playground = await startPlayground()
    expect((await ask(playground, '/index.html', from('navigate'))).status).toBe(200)
    expect((await ask(playground, '/index.html', from('no-cors'))).status).toBe(403)
  })

  it('gets jsonp-poll where the server serves it', async () => {
    const path = '/rooms/lobby/jsonp-poll?callback=take'
    expect((await ask(await startPlayground({ jsonp: true }), path, from('no-cors'))).status).toBe(200)
    expect((await ask(await startPlayground({ jsonp: false }), path, from('no-cors'))).status).toBe(403)
  })
})
