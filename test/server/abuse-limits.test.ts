import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { draft, person, startPlayground, type TestPlayground } from '../support/playground.ts'

/** A connection that sends any bytes. */
async function dial({ port }: TestPlayground): Promise<{ socket: Socket; received: () => string }> {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
  await once(socket, 'connect')
  return { socket, received: () => received }
}

const get = (path: string, ...headers: string[]) =>
  [`GET /rooms/lobby/${path} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')

/** Lines that the server counts as open, over all transports. */
async function linesOf({ base }: TestPlayground): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text()
  return [...text.matchAll(/^playground_lines\{.*\} (\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
}

describe('a client without a token', () => {
  it('gets at most one reader and is disconnected after 1,000 connects in one Socket.IO session', async () => {
    const playground = await startPlayground()
    const { log } = playground.rooms.get('lobby')
    const url = `${playground.base}/rooms/lobby/socket-io?EIO=4&transport=polling`
    const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string }
    await fetch(`${url}&sid=${sid}`, { method: 'POST', body: Array(1000).fill('40').join('\x1e') }).catch(() => null)
    await expect.poll(async () => (await fetch(`${url}&sid=${sid}`)).status).toBe(400)
    await expect.poll(() => log.waiting).toBe(0)
  })

  it('leaves no waiting reader when it pipelines requests and disconnects', async () => {
    const playground = await startPlayground({ metrics: true })
    const { log } = playground.rooms.get('lobby')
    const { token } = await person(playground)
    const bearer = `Authorization: Bearer ${token}`
    const { socket } = await dial(playground)
    const after = `after=${log.head}`
    socket.write(get(`long-poll?${after}`) + get(`sse?${after}`, bearer) + get(`long-poll?${after}`, bearer))
    // Each waits in the log, whichever turn its answer has on the connection.
    await expect.poll(() => log.waiting).toBe(3)
    await expect.poll(() => linesOf(playground)).toBe(3)
    socket.destroy()
    await expect.poll(() => log.waiting).toBe(0)
    await expect.poll(() => linesOf(playground)).toBe(0)
  })

  it('is answered, refused with 429 and disconnected when it pipelines more held polls than the limit', async () => {
    const playground = await startPlayground()
    const { log } = playground.rooms.get('lobby')
    const { socket, received } = await dial(playground)
    socket.write(get(`long-poll?after=${log.head}`).repeat(70))
    await once(socket, 'close')
    expect(received().match(/^HTTP\/1\.1 \d+/gm)).toEqual([...Array<string>(64).fill('HTTP/1.1 204'), 'HTTP/1.1 429'])
    expect(received()).toContain('"limit":64')
    expect(log.waiting).toBe(0)
  })

  it('has no more waiting polls than the limit when it pipelines 20,000 held polls', async () => {
    const playground = await startPlayground()
    const { log } = playground.rooms.get('lobby')
    const { socket } = await dial(playground)
    // The server closes before it has read everything, which resets the connection.
    socket.on('error', () => undefined)
    const closed = new Promise((resolve) => socket.once('close', resolve))
    let mostWaiting = 0
    const watch = setInterval(() => (mostWaiting = Math.max(mostWaiting, log.waiting)), 1)
    onTestFinished(() => clearInterval(watch))
    socket.write(get(`long-poll?after=${log.head}`).repeat(20_000))
    await closed
    expect(mostWaiting).toBeLessThanOrEqual(64)
    await expect.poll(() => log.waiting).toBe(0)
  })

  it('has at most eight of its pipelined polls begun in one turn of the event loop, and all within the limit', async () => {
    const playground = await startPlayground()
    const { log } = playground.rooms.get('lobby')
    const { socket } = await dial(playground)
    onTestFinished(() => void socket.destroy())
    const counts: number[] = []
    const look = () => {
      counts.push(log.waiting)
      if (log.waiting < 60) setImmediate(look)
    }
    look()
    socket.write(get(`long-poll?after=${log.head}`).repeat(60))
    await expect.poll(() => counts.at(-1)).toBe(60)
    const begun = counts.slice(1).map((count, i) => count - (counts[i] ?? 0))
    // The first of them begin when they arrive, and others may begin in the same turn.
    expect(Math.max(...begun)).toBeLessThanOrEqual(16)
  })

  it('ends all its held polls when it disconnects, without a listener warning', async () => {
    const playground = await startPlayground()
    const { log } = playground.rooms.get('lobby')
    const warnings: Error[] = []
    const onWarning = (warning: Error) => warnings.push(warning)
    process.on('warning', onWarning)
    onTestFinished(() => void process.off('warning', onWarning))
    const { socket } = await dial(playground)
    socket.write(get(`long-poll?after=${log.head}`).repeat(60))
    await expect.poll(() => log.waiting).toBe(60)
    socket.destroy()
    await expect.poll(() => log.waiting).toBe(0)
    expect(warnings).toEqual([])
  })

  it('gets answers in order on one connection when it pipelines requests', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const { socket, received } = await dial(playground)
    socket.write(get(`long-poll?after=${ada.cursor}`) + get('short-poll') + get('short-poll', 'Connection: close'))
    const ended = once(socket, 'close')
    await expect.poll(() => playground.rooms.get('lobby').log.waiting).toBe(1)
    await fetch(`${playground.base}/rooms/lobby/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ada.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(draft('now')),
    })
    await ended
    expect(received().match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3)
  })

  it('gets the head of a stream for a HEAD request, and can use the connection again', async () => {
    const playground = await startPlayground()
    const { socket, received } = await dial(playground)
    socket.write(get('sse').replace('GET', 'HEAD') + get('short-poll', 'Connection: close'))
    await once(socket, 'close')
    expect(received()).toMatch(/^HTTP\/1\.1 200 OK(.|\r\n)*text\/event-stream(.|\r\n)*HTTP\/1\.1 200 OK/)
    await expect.poll(() => playground.rooms.get('lobby').log.waiting).toBe(0)
  })
})
