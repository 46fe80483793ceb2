import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { RETRIED } from '../support/retry.ts'
import { person, startPlayground, watch } from '../support/playground.ts'
import { lastingPort } from '../support/port.ts'

/** An HTTP/1.1 client that keeps all that it was sent. */
async function dial(port: number): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return { socket, received: () => received }
}

describe('closing', () => {
  it(
    'answers 100 held polls, ends 100 sockets and does not wait for a connection that a browser only preconnected',
    RETRIED,
    async () => {
      const playground = await startPlayground()
      const { log } = playground.rooms.get('lobby')
      const get = `GET /rooms/lobby/long-poll?after=${log.head} HTTP/1.1\r\nHost: localhost\r\n\r\n`
      const polls = await Promise.all(Array.from({ length: 100 }, () => dial(playground.port)))
      for (const { socket } of polls) socket.write(get)
      const codes: number[] = []
      for (let i = 0; i < 100; i++) {
        const socket = new WebSocket(`${playground.base.replace('http', 'ws')}/rooms/lobby/websocket?after=${log.head}`)
        socket.on('close', (code) => codes.push(code))
        await once(socket, 'open')
      }
      const idle = await dial(playground.port)
      const ended = once(idle.socket, 'close')
      await expect.poll(() => log.waiting).toBe(200)

      const startedAt = performance.now()
      await playground.close()
      const tookMs = performance.now() - startedAt
      console.log(`closing took ${tookMs.toFixed(1)} ms`)

      await ended
      expect(tookMs).toBeLessThan(1000)
      expect(log.waiting).toBe(0)
      for (const { received } of polls) {
        await expect.poll(received).toMatch(/^HTTP\/1\.1 204 No Content\r\n(.+\r\n)*connection: close\r\n/i)
      }
      await expect.poll(() => codes).toEqual(Array(100).fill(1001))
    },
  )

  it('does not wait for a client that requests a socket during the close', async () => {
    const playground = await startPlayground()
    const { token } = await person(playground)
    const head = `Host: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 9`
    // A request that is still on its way is waited for.
    const slow = await dial(playground.port)
    slow.socket.write(`POST /rooms/lobby/messages HTTP/1.1\r\n${head}\r\n\r\n`)
    const late = await dial(playground.port)
    late.socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await expect.poll(late.received).toContain('200 OK')

    const closed = playground.close()
    late.socket.write(
      'GET /rooms/lobby/websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    await once(late.socket, 'end')
    expect(late.received()).toContain('HTTP/1.1 503 ')
    slow.socket.destroy()
    await closed
  })

  it('lets sessions retry until the next server answers that their token is unknown', async () => {
    const first = await startPlayground({}, await lastingPort())
    const states: string[] = []
    const { session } = watch(first, await person(first, 'ada'), 'long-poll', {
      observer: { state: ({ name }) => states.push(name) },
    })
    await expect.poll(() => states).toContain('open')
    const draft = session.send('by the way')
    await expect.poll(() => session.outbox).toEqual([])
    await first.close()
    await expect.poll(() => states).toContain('waiting')
    const kept = session.send('said while nobody was there')

    await startPlayground({}, first.port)
    session.retry()
    await expect.poll(() => session.state).toMatchObject({ name: 'closed', problem: { type: 'unknown-token' } })
    expect(session.outbox).toEqual([kept])
    expect(draft.id).not.toBe(kept.id)
  })
})
