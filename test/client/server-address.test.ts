import { createServer, request } from 'node:http'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readServerAddress } from '../../src/client/server-address.ts'
import { join, TRANSPORTS } from '../../src/node/index.ts'
import { LONG } from '../support/long.ts'
import { startPlayground, type TestPlayground } from '../support/playground.ts'
import { run } from '../support/process.ts'

describe('the address of a server', () => {
  it.each([
    ['http://localhost:3000', 'http://localhost:3000', undefined],
    ['http://localhost:3000/', 'http://localhost:3000', undefined],
    ['localhost:3000', 'http://localhost:3000', undefined],
    [' localhost ', 'http://localhost', undefined],
    ['chat.example/chat/', 'http://chat.example/chat', undefined],
    ['[::1]:3000', 'http://[::1]:3000', undefined],
    ['ws://localhost:3000', 'http://localhost:3000', undefined],
    ['wss://chat.example/chat', 'https://chat.example/chat', undefined],
    ['HTTPS://Chat.Example', 'https://chat.example', undefined],
    ['http://localhost:3000/#/room/blue', 'http://localhost:3000', 'blue'],
    ['http://localhost:3000/#/room/blue/compare', 'http://localhost:3000', 'blue'],
    ['https://chat.example/chat/index.html?from=mail#/room/blue', 'https://chat.example/chat', 'blue'],
    ['http://localhost:3000/#/room/blue?t=long-poll&link=3g&bot=2', 'http://localhost:3000', 'blue'],
    ['http://localhost:3000/#/room/blue/compare?columns=sse,websocket&run', 'http://localhost:3000', 'blue'],
    ['https://chat.example/apps/chat/?from=mail#/room/blue', 'https://chat.example/apps/chat', 'blue'],
    ['http://localhost:3000/rooms/blue/members/me', 'http://localhost:3000', 'blue'],
    ['http://localhost.:3000', 'http://localhost.:3000', undefined],
    ['https://Bücher.Example/chat', 'https://xn--bcher-kva.example/chat', undefined],
    ['http://localhost:3000/#/compare', 'http://localhost:3000', undefined],
    ['ws://localhost:3000/rooms/blue/websocket', 'http://localhost:3000', 'blue'],
    ['https://chat.example/chat/rooms/blue', 'https://chat.example/chat', 'blue'],
  ])('%s is read as %s with the room %s', (text, base, room) => {
    expect(readServerAddress(text)).toEqual({ base, ...(room === undefined ? {} : { room }) })
  })

  it.each(['', '3000', ':3000', 'ftp://localhost', 'file:///tmp/a', 'mailto:ada', 'http://', 'a b', 'http://a:b@c'])(
    '%j is refused with a TypeError that shows the form',
    async (text) => {
      expect(() => readServerAddress(text)).toThrow(TypeError)
      await expect(join(text)).rejects.toThrow('http://localhost:3000')
    },
  )

  it('may be a URL object', () => {
    expect(readServerAddress(new URL('ws://localhost:3000/#/room/blue'))).toEqual({
      base: 'http://localhost:3000',
      room: 'blue',
    })
  })

  it('that names a room with an invalid name is refused, and no other room is joined', async () => {
    const { base, rooms } = await startPlayground()
    await expect(join(`${base}/#/room/a%20b`)).rejects.toThrow(RangeError)
    expect(rooms.size).toBe(0)
  })

  it('with the zone of an IPv6 address, which no URL can name, is refused', () => {
    expect(() => readServerAddress('http://[fe80::1%eth0]:3000')).toThrow('http://localhost:3000')
  })

  it('does not repeat a password when it is refused', () => {
    expect(() => readServerAddress('http://ada:secret@chat.example')).toThrow(/^(?!.*secret)/)
  })

  it('may be copied from a browser for a program and for the terminal client', LONG, async () => {
    const { port, rooms } = await startPlayground()
    const client = await join(`127.0.0.1:${port}/#/room/blue`, { name: 'ada' })
    onTestFinished(() => client.close())
    expect(rooms.get('blue').roster.map(({ name }) => name)).toEqual(['ada'])
    const args = ['dist/programs/chat.js', '--name', 'ben', '--url']
    const { output } = run(process.execPath, [...args, `ws://127.0.0.1:${port}/#/room/blue`])
    await expect.poll(output).toContain('you are ben in blue')
    const refused = run(process.execPath, [...args, 'ftp://localhost'])
    expect(await refused.ended).toBe(1)
    expect(refused.output()).toContain('http://localhost:3000')
  })
})

/** A proxy that serves the server below /chat/ only, and upgrades. Returns the address of the server behind it. */
async function serveBelowPath({ port }: TestPlayground): Promise<string> {
  const own = (path: string | undefined) => path?.replace(/^\/chat(?=\/)/, '')
  const proxy = createServer()
  proxy.on('request', (incoming, answer) => {
    if (!incoming.url?.startsWith('/chat/')) {
      answer.writeHead(404).end()
      return
    }
    const { method, headers } = incoming
    const upstream = request({ port, host: '127.0.0.1', path: own(incoming.url), method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers).flushHeaders()
      response.pipe(answer)
    })
    upstream.on('error', () => answer.destroy())
    answer.on('close', () => upstream.destroy())
    incoming.pipe(upstream)
  })
  proxy.on('upgrade', (incoming, socket, head) => {
    const upstream = connect(port, '127.0.0.1', () => {
      const lines = incoming.rawHeaders.reduce((text, part, i) => text + part + (i % 2 === 0 ? ': ' : '\r\n'), '')
      upstream.write(`GET ${own(incoming.url)} HTTP/1.1\r\n${lines}\r\n`)
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    for (const end of [upstream, socket]) end.on('error', () => upstream.destroy())
    socket.on('close', () => upstream.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  onTestFinished(() => void proxy.close())
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/chat`
}

describe('a server below a path', () => {
  it.each(TRANSPORTS)('is joined, read and left over %s', async (transport) => {
    const playground = await startPlayground()
    const client = await join(await serveBelowPath(playground), { name: 'ada', transport, tuning: { intervalMs: 20 } })
    await client.send('below a path')
    expect(await client.wait()).toBe(true)
    expect(client.read()).toMatchObject({ type: 'message', text: 'below a path' })
    await client.close()
    expect(playground.rooms.get('lobby').roster).toEqual([])
  })
})
