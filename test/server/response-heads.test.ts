import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { TRANSPORTS } from '../../src/protocol.ts'
import { LONG } from '../support/long.ts'
import { startPlayground, type TestPlayground } from '../support/playground.ts'

/** A host name of 60 characters, and a port. */
const HOST = `${'a'.repeat(47)}.chat.example:3000`
/** What a proxy with small buffers still accepts, with room for what it adds. */
const MAX_HEAD_BYTES = 2048

const pageFiles = readdirSync('public', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
  .map((entry) => `/${entry.parentPath.replace(/^public\/?/, '')}/${entry.name}`.replace('//', '/'))

/** The head of an answer, in bytes as they are sent. */
async function headOf({ base, port }: TestPlayground, path: string, ...headers: string[]): Promise<string> {
  const isTls = base.startsWith('https:')
  const socket = isTls
    ? connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
    : connectTcp(port, '127.0.0.1')
  await once(socket, isTls ? 'secureConnect' : 'connect')
  socket.write(`GET ${path} HTTP/1.1\r\n${[`host: ${HOST}`, ...headers].join('\r\n')}\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) {
    text += (chunk as Buffer).toString('latin1')
    if (text.includes('\r\n\r\n')) break
  }
  socket.destroy()
  return text.slice(0, text.indexOf('\r\n\r\n') + 4)
}

describe.each([{}, { jsonp: true }, { tls: true }])('a server with %j', (settings) => {
  it('sends each file of the page and each answer with a head of less than 2 kB', LONG, async () => {
    const playground = await startPlayground({ jsonp: false, ...settings })
    expect(pageFiles).toEqual(expect.arrayContaining(['/index.html', '/style.css', '/js/main.js']))
    for (const path of ['/', ...pageFiles]) {
      const head = await headOf(playground, path)
      expect(head, path).toMatch(/^HTTP\/1.1 200 /)
      expect(head.length, path).toBeLessThan(MAX_HEAD_BYTES)
    }
    const { token } = await playground.rooms.get('lobby').join(undefined, undefined)
    const reads = TRANSPORTS.map((transport) => `/rooms/lobby/${transport}?callback=show`)
    for (const path of ['/about', '/healthz', '/docs', '/docs/json', '/nowhere', ...reads]) {
      const head = await headOf(playground, path, `authorization: Bearer ${token}`)
      expect(head.length, path).toBeLessThan(MAX_HEAD_BYTES)
    }
  })
})
