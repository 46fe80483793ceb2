import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { requireProgress } from '../../src/server/http/body-progress.ts'

const WINDOW_MS = 300

/** Sends a body in pieces, one every 50 ms. @returns the answer, once the connection has ended */
async function postSlowly(bytes: number, piece: number): Promise<string> {
  const app = Fastify()
  requireProgress(app, { windowMs: WINDOW_MS, minBytesPerS: 1000 })
  app.post('/', (request) => ({ length: (request.body as string).length }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => app.close())
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  let answer = ''
  socket.on('data', (data) => (answer += data.toString()))
  socket.on('error', () => undefined)
  const ended = once(socket, 'close')
  socket.write(
    `POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${bytes}\r\n\r\n`,
  )
  let sent = 0
  const timer = setInterval(() => {
    const next = Math.min(piece, bytes - sent)
    if (next > 0 && socket.writable) socket.write('x'.repeat(next))
    sent += next
  }, 50)
  await ended
  clearInterval(timer)
  return answer
}

it('a body that makes progress arrives, however long it takes', async () => {
  const beganAt = performance.now()
  // 8,000 bytes/s, so that a busy machine still sends more than 1,000.
  expect(await postSlowly(8000, 400)).toMatch(/^HTTP\/1\.1 200 OK[^]*\{"length":8000\}$/)
  expect(performance.now() - beganAt).toBeGreaterThan(2 * WINDOW_MS)
})

it('a body that drips is answered with 408 after one window', async () => {
  expect(await postSlowly(8000, 1)).toMatch(/^HTTP\/1\.1 408 /)
})
