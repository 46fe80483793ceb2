import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type RequestListener, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'

import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

import { Buffering } from '../../src/link/buffering.ts'
import { openLink } from '../../src/link/link.ts'

const LIMIT_BYTES = 16_384

/** What has come out of a fresh buffering proxy after each piece of the server's bytes. */
function passed(pieces: (string | Buffer)[], { requests = '', limit = LIMIT_BYTES } = {}): string[] {
  const buffering = new Buffering()
  buffering.addRequestBytes(Buffer.from(requests))
  let out = ''
  return pieces.map((piece) => {
    for (const part of buffering.addResponseBytes(Buffer.from(piece), limit)) out += part.toString('latin1')
    return out
  })
}

describe('the buffering proxy', () => {
  test.each([
    ['Content-Length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'hello'],
    ['an empty body', 'HTTP/1.1 200 OK\r\ncontent-length: ', '0\r\n\r\n'],
    ['204', 'HTTP/1.1 204 No Content\r\nDate: today\r\n', '\r\n'],
    ['304, though it has a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n', '\r\n'],
    ['100 Continue', 'HTTP/1.1 100 Continue\r\n', '\r\n'],
    ['the last chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n0\r\n', '\r\n'],
    [
      'trailers',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\nA\r\n0123456789\r\n0\r\nEtag: x\r\n',
      '\r\n',
    ],
  ])('passes a response on once it is complete: %s', (_name, first, second) => {
    expect(passed([first, second])).toEqual(['', first + second])
    expect(passed([first + second])).toEqual([first + second])
    expect(passed([first + second + 'HTTP/1.1 200'])).toEqual([first + second])
  })

  test('knows that an answer to HEAD has no body', () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'
    const get = `${head}hello`
    const post = 'POST / HTTP/1.1\r\nContent-Length: 20\r\n\r\nHEAD / HTTP/1.1\r\n\r\n\n'
    const requests = `HEAD / HTTP/1.1\r\n\r\n${post}HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n\r\n`
    const all = head + get + head + get
    expect(passed([head, get, head, get], { requests })).toEqual([
      head,
      head + get,
      head + get + head,
      head + get + head + get,
    ])
    expect(passed([all], { requests })).toEqual([all])
    expect(passed([head, 'hell'], { requests: 'GET / HTTP/1.1\r\n\r\n' })).toEqual(['', ''])
  })

  test('holds a stream until the buffer is full, then starts again', () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    const chunk = '5\r\nhello\r\n'
    expect(passed([head, chunk, chunk, chunk], { limit: head.length + 20 })).toEqual([
      '',
      '',
      head + chunk + chunk,
      head + chunk + chunk,
    ])
  })

  test('holds responses without an end before the connection’s end, and bytes that are not HTTP', () => {
    for (const bytes of ['HTTP/1.0 200 OK\r\n\r\nbody', 'SSH-2.0-x\r\n\r\n', '\0'.repeat(70_000)]) {
      expect(passed([bytes], { limit: 100_000 })).toEqual([''])
    }
    for (const bad of ['Content-Length: 1, 2', 'Content-Length: x', 'Transfer-Encoding: gzip']) {
      expect(passed([`HTTP/1.1 200 OK\r\n${bad}\r\n\r\n`, 'body'])).toEqual(['', ''])
    }
    const noChunk = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n'
    expect(passed([noChunk, '0\r\n\r\n'])).toEqual(['', ''])
    expect(passed(['x'.repeat(LIMIT_BYTES)])).toEqual(['x'.repeat(LIMIT_BYTES)])
  })

  test('holds nothing after 101 and nothing when it is switched off', () => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'
    expect(passed([head, 'a', 'b'])).toEqual([head, `${head}a`, `${head}ab`])
    const buffering = new Buffering()
    expect(buffering.addResponseBytes(Buffer.from('held'), 100)).toEqual([])
    expect(buffering.heldBytes).toBe(4)
    expect(Buffer.concat(buffering.addResponseBytes(Buffer.from(' and free'), null)).toString()).toBe('held and free')
    expect(buffering.heldBytes).toBe(0)
  })

  test('finds every end for any split of the bytes (property)', () => {
    const body = fc.string({ maxLength: 60, unit: fc.constantFrom('a', '\r', '\n', '0', ' ', ':') })
    const response = fc.oneof(
      body.map((text) => `HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: ${text.length}\r\n\r\n${text}`),
      fc
        .array(body.filter((text) => text !== ''))
        .map((texts) => texts.map((text) => `${text.length.toString(16)}\r\n${text}\r\n`).join(''))
        .map((chunks) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`),
      fc.constantFrom('HTTP/1.1 204 No Content\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n'),
    )
    fc.assert(
      fc.property(
        fc.array(response, { minLength: 1 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
        (all, cuts) => {
          const bytes = all.join('')
          const ends = all.reduce<number[]>((sums, each) => [...sums, (sums.at(-1) ?? 0) + each.length], [])
          const pieces: string[] = []
          for (let at = 0; at < bytes.length;) {
            const length = Number(cuts.next().value)
            pieces.push(bytes.slice(at, at + length))
            at += length
          }
          let at = 0
          const expected = pieces.map((piece) => {
            at += piece.length
            return ends.findLast((end) => end <= at) ?? 0
          })
          expect(passed(pieces, { limit: 1e6 }).map((out) => out.length)).toEqual(expected)
          expect(passed(pieces, { limit: 1e6 }).at(-1)).toBe(bytes)
        },
      ),
    )
  })
})

describe('through a buffering link', () => {
  const cleanups: (() => unknown)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  async function behind(listener?: RequestListener) {
    const server = createServer(listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const link = await openLink({ to: { port: (server.address() as AddressInfo).port }, profile: 'buffering' })
    cleanups.push(
      () => {
        server.closeAllConnections()
        server.close()
      },
      () => link.close(),
    )
    return { server, link }
  }

  test('forwards complete responses at once on one connection', async () => {
    const { link } = await behind(({ method }, response) => {
      if (method === 'DELETE') response.writeHead(204).end()
      else if (method === 'PUT') {
        response.write('in ')
        response.end('chunks')
      } else response.end('whole')
    })
    const client = connect(link.port, '127.0.0.1').setEncoding('utf8')
    cleanups.push(() => client.destroy())
    const ends = { GET: '\r\n\r\nwhole', HEAD: '\r\n\r\n', DELETE: '\r\n\r\n', PUT: '\r\n0\r\n\r\n' }
    for (const method of ['GET', 'HEAD', 'DELETE', 'PUT', 'HEAD', 'GET'] as const) {
      client.write(`${method} / HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n`)
      let text = ''
      while (!text.endsWith(ends[method])) text += String(await once(client, 'data'))
      expect(text).toMatch(/^HTTP\/1.1 20[04] /)
    }
    expect(link.counts.opened).toBe(1)
    expect(link.counts.down.queuedBytes).toBe(0)
  })

  test('forwards a stream in blocks', async () => {
    let stream: ServerResponse | undefined
    const { link } = await behind((_request, response) => {
      stream = response
      response.write('first')
    })
    let answered = false
    const asked = request({ port: link.port, host: '127.0.0.1' }).end()
    const response = once(asked, 'response').then(([response]) => {
      answered = true
      return response as IncomingMessage
    })
    while (link.counts.down.queuedBytes === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    const heldBytes = link.counts.down.queuedBytes
    expect(link.counts.down).toEqual({ receivedBytes: heldBytes, forwardedBytes: 0, queuedBytes: heldBytes })
    expect(answered).toBe(false)

    stream?.write('x'.repeat(LIMIT_BYTES))
    let text = ''
    const lumps = (await response).setEncoding('utf8')
    lumps.on('data', (part: string) => (text += part))
    while (text.length < 5 + LIMIT_BYTES) await once(lumps, 'data')
    stream?.write('second')
    while (link.counts.down.queuedBytes === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    expect(text.endsWith('x')).toBe(true)
    stream?.end()
    await once(lumps, 'end')
    expect(text.endsWith('xsecond')).toBe(true)
  })

  test('releases held bytes when the new profile does not buffer', async () => {
    const { link } = await behind((_request, response) => {
      response.write('first')
    })
    const asked = request({ port: link.port, host: '127.0.0.1' }).end()
    while (link.counts.down.queuedBytes === 0) await new Promise((resolve) => setTimeout(resolve, 2))
    link.setProfile('local')
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    const [first] = (await once(response, 'data')) as [Buffer]
    expect(first.toString()).toBe('first')
  })

  test('forwards the end of a stream that the server aborts without a last chunk', async () => {
    const { link } = await behind((_request, response) => {
      response.writeHead(200, { Connection: 'close' })
      response.write('to the end')
      response.socket?.end()
    })
    const asked = request({ port: link.port, host: '127.0.0.1' }).end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    const [error] = (await once(response.resume(), 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ECONNRESET')
    expect(link.counts.down.queuedBytes).toBe(0)
  })

  test('forwards a WebSocket', async () => {
    const { server, link } = await behind()
    const sockets = new WebSocketServer({ server })
    cleanups.push(() => sockets.close())
    sockets.on('connection', (socket) => {
      socket.on('message', (data) => socket.send(data))
    })
    const client = new WebSocket(link.url.replace('http', 'ws'))
    await once(client, 'open')
    for (const text of ['a', '轮询'.repeat(100)]) {
      client.send(text)
      const [data] = (await once(client, 'message')) as [Buffer]
      expect(data.toString()).toBe(text)
    }
    client.close()
    await once(client, 'close')
  })
})
