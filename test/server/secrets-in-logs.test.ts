import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { join, leave } from '../../src/client/members.ts'
import type { Net } from '../../src/client/transports/transport.ts'
import { nodeNet } from '../../src/node/net.ts'
import { TRANSPORTS } from '../../src/protocol.ts'
import { watch } from '../support/playground.ts'
import { launchServer, type ServerProcess } from '../support/servers.ts'

/** Ids of Engine.IO sessions in the URLs of requests are added to `sids`. */
function watchedNet(base: string, sids: Set<string>): Net {
  const net = nodeNet(base)
  const look = (url: string | URL) => {
    const sid = new URL(url).searchParams.get('sid')
    if (sid !== null) sids.add(sid)
    return url
  }
  return {
    ...net,
    fetch: (input, init) => net.fetch(look(input instanceof Request ? input.url : input), init),
    WebSocket: class extends net.WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(look(url), protocols)
      }
    },
  }
}

/** Writes a request as it stands, and reads until the connection ends. */
async function writeRaw({ base }: ServerProcess, text: string): Promise<string> {
  const socket = connect(Number(new URL(base).port), '127.0.0.1')
  socket.on('error', () => undefined)
  let answer = ''
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()))
  const closed = once(socket, 'close')
  socket.write(text)
  await closed
  return answer
}

/** A request line and headers, after which the server closes. */
const get = (target: string, ...headers: string[]) =>
  [`GET ${target} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...headers, '', ''].join('\r\n')

/** Lines of the log that contain one of the secrets. */
const linesWith = (log: string, secrets: Iterable<string>): string[] => {
  const all = [...secrets]
  return log.split('\n').filter((line) => all.some((secret) => line.includes(secret)))
}

/** The paths that the log has a line for. */
const settled = async (server: ServerProcess, mark: string) => {
  await fetch(`${server.base}/${mark}`)
  await expect.poll(server.output).toContain(mark)
}

describe('the log at level trace', () => {
  it('contains no token and no session id when members use every transport', async () => {
    const server = await launchServer('--log-level', 'trace', '--jsonp', '--links', 'off')
    const sids = new Set<string>()
    const net = watchedNet(server.base, sids)
    const tokens = new Set<string>()
    for (const transport of TRANSPORTS) {
      const joined = await join(net, 'lobby')
      tokens.add(joined.token)
      const watcher = watch({ net }, joined, transport)
      watcher.session.send(`by ${transport}`)
      await expect.poll(watcher.texts).toContain(`by ${transport}`)
      watcher.session.close()
      await leave(net, 'lobby', joined.token)
      // The token of a member that has left is refused, and stays secret.
      expect(
        (await fetch(`${server.base}/rooms/lobby/members/me`, { headers: { authorization: `Bearer ${joined.token}` } }))
          .status,
      ).toBe(410)
    }
    await settled(server, 'last-request')
    expect(tokens.size).toBe(TRANSPORTS.length)
    expect(sids.size).toBeGreaterThan(0)
    expect(server.output()).toContain('/rooms/lobby/socket-io')
    expect(linesWith(server.output(), [...tokens, ...sids])).toEqual([])
    expect(linesWith(server.output(), ['by websocket'])).toEqual([])
    // The search finds what is there.
    expect(linesWith(server.output(), ['last-request'])).not.toEqual([])
  })

  it('contains no token of a request that is refused', async () => {
    const server = await launchServer('--log-level', 'trace', '--links', 'off')
    const { token } = await join(nodeNet(server.base), 'lobby')
    const bearer = `Authorization: Bearer ${token}`
    await writeRaw(server, get('/rooms/lobby/nothing', bearer))
    await writeRaw(server, get('/rooms/%zz/members/me', bearer))
    await writeRaw(server, get('/rooms/other/members/me', bearer))
    await writeRaw(server, get('/rooms/lobby/members/me', bearer, 'Content-Length: 1', 'Content-Length: 2'))
    await writeRaw(server, get('/rooms/lobby/members/me', bearer, 'bad header'))
    await writeRaw(server, get('/rooms/lobby/messages', bearer, 'Origin: https://other.example'))
    await writeRaw(
      server,
      get('/rooms/lobby/websocket', 'Upgrade: websocket', `Sec-WebSocket-Protocol: chat.v1, bearer.${token}`),
    )
    await settled(server, 'last-request')
    expect(linesWith(server.output(), [token])).toEqual([])
  })

  const expectNoSid = async (spell: (sid: string) => string) => {
    const server = await launchServer('--log-level', 'trace', '--links', 'off')
    const path = '/rooms/lobby/socket-io?EIO=4&transport=polling'
    const answer = await (await fetch(server.base + path)).text()
    const { sid } = JSON.parse(answer.slice(1)) as { sid: string }
    const socket = connect(Number(new URL(server.base).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    // On one connection, the log has the requests in their order. The first one may be a held poll.
    const head = (target: string) => `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`
    socket.write(head(`${path}&${spell(sid)}`) + head('/last-request'))
    await expect.poll(server.output).toContain('last-request')
    expect(linesWith(server.output(), [sid])).toEqual([])
  }

  it('contains no session id that a request spells as sid=', () => expectNoSid((sid) => `sid=${sid}`))

  it.each([
    ['a second sid=', (sid: string) => `sid=x&sid=${sid}`],
    ['%73id=', (sid: string) => `%73id=${sid}`],
    ['s%69%64=', (sid: string) => `s%69%64=${sid}`],
  ])('contains no session id that a request spells as %s', (_, spell) => expectNoSid(spell))
})
