import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { LONG } from '../support/long.ts'
import { draft, startPlayground, type TestPlayground } from '../support/playground.ts'

const PATH = '/rooms/lobby/socket-io?EIO=4'
const sidOf = (handshake: string): string => (JSON.parse(handshake.slice(1)) as { sid: string }).sid
const openSession = async ({ base }: TestPlayground): Promise<string> => {
  const answer = await fetch(`${base}${PATH}&transport=polling`)
  return sidOf(await answer.text())
}

describe('a Socket.IO client', () => {
  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded', 'image/png'])(
    'that posts its packets as %s is answered, and connected',
    async (type) => {
      const playground = await startPlayground()
      const url = `${playground.base}${PATH}&transport=polling&sid=${await openSession(playground)}`
      const init = { method: 'POST', headers: { 'content-type': type }, body: '40' }
      const posted = await fetch(url, { ...init, signal: AbortSignal.timeout(10_000) })
      expect(await posted.text()).toBe('ok')
      expect(await (await fetch(url)).text()).toMatch(/^40\{"sid":/)
    },
  )

  it('that does not read its WebSocket stops waiting for events, while others get all', async () => {
    const playground = await startPlayground()
    const room = playground.rooms.get('lobby')
    const { token } = await room.join('ada', undefined)
    const membership = await room.membershipByToken(token)
    const socket = new WebSocket(`${playground.base.replace('http', 'ws')}${PATH}&transport=websocket`)
    onTestFinished(() => socket.terminate())
    await once(socket, 'open')
    socket.send('40')
    await expect.poll(() => room.log.waiting).toBe(1)
    socket.pause()
    // More than the buffers of the kernel hold.
    for (let i = 0; i < 3000 && room.log.waiting > 0; i++) {
      await room.post(membership, draft('\u0001'.repeat(2000)))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(room.log.waiting).toBe(0)
    let received = 0
    socket.on('message', (data: Buffer) => (received += data.toString().split('"text":').length - 1))
    socket.resume()
    const { events } = room.log.read(null)
    await expect.poll(() => received).toBeGreaterThan(events.length - 1)
    await expect.poll(() => room.log.waiting).toBe(1)
  })

  it(
    'is refused another session that polls beyond 2,000, and again allowed one when a session has ended',
    LONG,
    async () => {
      const playground = await startPlayground({ heartbeat: 100_000 })
      const agent = new Agent({ keepAlive: true, maxSockets: 8 })
      onTestFinished(() => agent.destroy())
      const ask = async (query: string, packet?: string) => {
        const path = `${PATH}&transport=polling${query}`
        const method = packet === undefined ? 'GET' : 'POST'
        const request = httpRequest({ port: playground.port, host: '127.0.0.1', path, method, agent }).end(packet)
        const [response] = (await once(request, 'response')) as [IncomingMessage]
        return { status: response.statusCode, body: await textOf(response) }
      }
      const open = async () => {
        const { status, body } = await ask('')
        // A session that is not connected ends after 10 s, in which a busy machine does not open all.
        if (status === 200) await ask(`&sid=${sidOf(body)}`, '40')
        return status
      }
      const kept = await openSession(playground)
      await ask(`&sid=${kept}`, '40')
      const statuses = await Promise.all(Array.from({ length: 2000 }, open))
      expect(statuses.filter((status) => status === 200)).toHaveLength(1999)
      expect(statuses.filter((status) => status === 429)).toHaveLength(1)
      // Engine.IO: a packet that closes the session.
      await fetch(`${playground.base}${PATH}&transport=polling&sid=${kept}`, { method: 'POST', body: '1' })
      expect(await open()).toBe(200)
      expect(await open()).toBe(429)
    },
  )
})
