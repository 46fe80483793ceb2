import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import type { ClientHttp2Session } from 'node:http2'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { openHttpClient, openSession } from '../../bench/load/http-client.ts'
import type { HeaderSet } from '../../bench/load/request-headers.ts'
import { BYTE_PARTS, totalBytes, type Counts, type MeterFrame } from '../../src/meter.ts'
import type { Joined, TransportName } from '../../src/protocol.ts'
import { certificateOf } from '../../src/server/http/http2/certificate.ts'
import { FrameReader, type FramePart } from '../../src/server/metering/http2/frame-reader.ts'
import { LONG } from '../support/long.ts'
import { RETRIED } from '../support/retry.ts'
import { draft, startPlayground, type TestPlayground } from '../support/playground.ts'
import { run } from '../support/process.ts'

const startSecure = () => startPlayground({ tls: true })
const joined = ({ rooms }: TestPlayground) => rooms.get('lobby').join(undefined, undefined)

const openSocket = async ({ base }: TestPlayground, path: string, { token }: Joined): Promise<WebSocket> => {
  const url = `${base.replace('http', 'ws')}/rooms/lobby/${path}`
  const socket = new WebSocket(url, ['chat.v1', `bearer.${token}`], { rejectUnauthorized: false })
  onTestFinished(() => socket.terminate())
  await once(socket, 'open')
  return socket
}

/** A member's counts, as its meter line tells them. */
async function meter(playground: TestPlayground, who: Joined): Promise<() => Partial<Record<TransportName, Counts>>> {
  const socket = await openSocket(playground, 'meter', who)
  let counts: Partial<Record<TransportName, Counts>> = {}
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as MeterFrame
    if (frame.type === 'report') counts = frame.counts
  })
  return () => counts
}

const total = totalBytes
const totals = (counts: Partial<Record<TransportName, Counts>>) => ({
  sent: Object.values(counts).reduce((sum, { up }) => sum + total(up), 0),
  received: Object.values(counts).reduce((sum, { down }) => sum + total(down), 0),
})

/** One request on a session: its status and its body. */
async function ask(session: ClientHttp2Session, head: Record<string, string>, body?: string) {
  const stream = session.request(head)
  let status = 0
  let text = ''
  stream.on('response', (answer) => (status = Number(answer[':status'])))
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  stream.end(body)
  await once(stream, 'close')
  return { status, text }
}

const text = 'héllo, 世界'
const textBytes = Buffer.byteLength(text)

describe('a request with a second name of the server', () => {
  it('is refused when the names differ', async () => {
    const { port } = await startSecure()
    const { session } = await openSession(port)
    onTestFinished(() => session.destroy())
    const head = { ':path': '/rooms/lobby/members' }
    const name = `127.0.0.1:${port}`
    expect((await ask(session, { ...head, ':authority': name, host: name })).status).toBe(200)
    for (const [authority, host] of [
      [name, 'localhost'],
      ['localhost', name],
    ] as const) {
      const { status, text } = await ask(session, { ...head, ':authority': authority, host })
      expect(status).toBe(400)
      expect(JSON.parse(text)).toMatchObject({ type: 'invalid', field: 'Host' })
    }
  })
})

describe('the meter on HTTP/2', () => {
  it('counts the same bytes as a client for polls, a post, a stream and frames of the whole connection', async () => {
    const playground = await startSecure()
    const ada = await joined(playground)
    const counts = await meter(playground, ada)
    const { session, connection } = await openSession(playground.port)
    const auth = { authorization: `Bearer ${ada.token}` }
    /** How much more the client saw than the meter. */
    const missing = () => {
      const { sent, received } = totals(counts())
      return { sent: connection.sent - sent, received: connection.received - received }
    }

    const poll = (after: string) => ask(session, { ':path': `/rooms/lobby/short-poll?after=${after}`, ...auth })
    expect(await poll(ada.cursor)).toEqual({ status: 204, text: '' })
    const json = { 'content-type': 'application/json' }
    const post = { ':path': '/rooms/lobby/messages', ':method': 'POST', ...auth, ...json }
    expect(await ask(session, post, JSON.stringify(draft(text)))).toMatchObject({ status: 201 })
    expect((await poll(ada.cursor)).text).toContain(text)
    // Two at the same time, and both held.
    const { head } = playground.rooms.get('lobby').log
    const held = Array.from({ length: 2 }, () =>
      ask(session, { ':path': `/rooms/lobby/long-poll?after=${head}&holdMs=100`, ...auth }),
    )
    for (const { status } of await Promise.all(held)) expect(status).toBe(204)
    await expect.poll(missing).toEqual({ sent: 0, received: 0 })
    expect(counts()['short-poll']).toMatchObject({
      requests: 3,
      polls: 2,
      empty: 1,
      delivered: 1,
      opened: 1,
      up: { payload: textBytes },
      down: { payload: textBytes },
    })
    expect(counts()['long-poll']).toMatchObject({ requests: 2, polls: 2, empty: 2, up: { payload: 0 } })

    const stream = session.request({ ':path': `/rooms/lobby/sse?after=${head}`, ...auth })
    let streamed = ''
    stream.on('data', (chunk: Buffer) => (streamed += chunk.toString()))
    for (let i = 0; i < 3; i++) await ask(session, post, JSON.stringify(draft(text)))
    await expect.poll(() => streamed.split(text).length).toBe(4)
    await new Promise((resolve) => session.ping(resolve))
    await expect.poll(missing).toEqual({ sent: 0, received: 0 })
    const { sse } = counts()
    expect(sse).toMatchObject({
      requests: 4,
      delivered: 3,
      up: { payload: 3 * textBytes },
      down: { payload: 3 * textBytes },
    })
    // The frame heads of HTTP/2 are framing, beside what is around the JSON in the stream.
    expect((sse?.down.framing ?? 0) + (sse?.down.envelope ?? 0)).toBeGreaterThan(
      Buffer.byteLength(streamed) - 3 * textBytes,
    )
    const jsonBytes = [...streamed.matchAll(/\{"cursor".*\}/g)].reduce(
      (sum, [json]) => sum + Buffer.byteLength(json),
      0,
    )
    expect(sse?.down.framing).toBeGreaterThan(Buffer.byteLength(streamed) - jsonBytes)

    stream.close()
    await once(stream, 'close')
    expect(await poll(head)).toMatchObject({ status: 200 })
    await expect.poll(missing).toEqual({ sent: 0, received: 0 })
    for (const { up, down } of Object.values(counts())) {
      for (const part of BYTE_PARTS) {
        expect(Math.min(up[part], down[part])).toBeGreaterThanOrEqual(0)
      }
    }
    session.destroy()
  })

  it('counts the HTTP bytes of HTTP/1.1 over TLS', async () => {
    const playground = await startSecure()
    const ada = await joined(playground)
    const counts = await meter(playground, ada)
    const httpClient = await openHttpClient.http1(playground.port, 'minimal', [`Authorization: Bearer ${ada.token}`])
    for (let i = 0; i < 3; i++) await httpClient.get(`/rooms/lobby/short-poll?after=${ada.cursor}`)
    await expect
      .poll(() => totals(counts()))
      .toEqual({ sent: httpClient.connection.sent, received: httpClient.connection.received })
    httpClient.close()
  })

  it('counts far fewer header bytes once both sides know a browser’s headers', async () => {
    const { port, rooms } = await startSecure()
    const path = `/rooms/lobby/short-poll?after=${rooms.get('lobby').log.head}`
    const perPoll = async (version: 'http1' | 'http2', headers: HeaderSet) => {
      const httpClient = await openHttpClient[version](port, headers)
      const { connection } = httpClient
      for (let i = 0; i < 3; i++) await httpClient.get(path)
      const before = connection.sent + connection.received
      for (let i = 0; i < 10; i++) await httpClient.get(path)
      httpClient.close()
      return (connection.sent + connection.received - before) / 10
    }
    for (const headers of ['browser', 'minimal'] as const) {
      const [http1, http2] = [await perPoll('http1', headers), await perPoll('http2', headers)]
      console.log(`an empty poll, ${headers} headers: ${http1} B on HTTP/1.1, ${http2} B on HTTP/2`)
      expect(http1 / http2).toBeGreaterThan(headers === 'browser' ? 4 : 1.5)
    }
  })
})

describe('HTTP/2 with HTTP/1.1 beside it, on one port', () => {
  it.each([
    ['--http2', '2'],
    ['--http1.1', '1.1'],
  ])('answers curl %s: a poll and a stream', async (flag, version) => {
    const playground = await startSecure()
    const ada = await playground.rooms.get('lobby').join('ada', undefined)
    const room = `${playground.base}/rooms/lobby`
    const poll = run('curl', ['-sk', flag, '-w', ' %{http_version}', `${room}/short-poll`])
    expect(await poll.ended).toBe(0)
    expect(poll.output()).toMatch(new RegExp(`^\\{"cursor".+"ada".+ ${version}$`, 's'))
    const stream = run('curl', ['-skN', flag, `${room}/sse?after=${ada.cursor}`])
    await expect.poll(stream.output).toContain('retry:')
    await playground.rooms.get('lobby').join('ben', undefined)
    await expect.poll(stream.output).toContain('"ben"')
  })

  it('accepts WebSockets, which deliver messages sent over HTTP/2', async () => {
    const playground = await startSecure()
    const ada = await joined(playground)
    const socket = await openSocket(playground, `websocket?after=${ada.cursor}`, ada)
    const { session } = await openSession(playground.port)
    const came = once(socket, 'message')
    const head = {
      ':path': '/rooms/lobby/messages',
      ':method': 'POST',
      authorization: `Bearer ${ada.token}`,
      'content-type': 'application/json',
    }
    await ask(session, head, JSON.stringify(draft('by the other way')))
    expect(String((await came)[0])).toContain('by the other way')
    session.destroy()
  })

  it('refuses pages of other origins and accepts its own page', async () => {
    const { base, port } = await startSecure()
    const { session } = await openSession(port)
    const from = (origin: string) => ask(session, { ':path': '/healthz', origin })
    expect(await from(base)).toMatchObject({ status: 200 })
    expect(await from('https://elsewhere.example')).toMatchObject({ status: 403 })
    session.destroy()
  })

  it('ends a request whose body does not arrive', LONG, async () => {
    const playground = await startSecure()
    const { session } = await openSession(playground.port)
    const stream = session.request({
      ':path': '/rooms/lobby/members',
      ':method': 'POST',
      'content-type': 'application/json',
    })
    stream.write('{')
    await once(stream, 'close')
    expect(playground.rooms.get('lobby').roster).toEqual([])
    session.destroy()
  })

  it('leaves no reader behind when the client cancels its stream', async () => {
    const { port, rooms } = await startSecure()
    const { log } = rooms.get('lobby')
    const { session } = await openSession(port)
    const paths = ['long-poll', 'sse', 'http-stream'].map((name) => `/rooms/lobby/${name}?after=${log.head}`)
    const streams = paths.map((path) => session.request({ ':path': path }))
    await expect.poll(() => log.waiting).toBe(3)
    for (const stream of streams) stream.close()
    await expect.poll(() => log.waiting).toBe(0)
    session.destroy()
  })

  it('answers held polls and ends streams, sockets and idle connections when it closes', RETRIED, async () => {
    const playground = await startSecure()
    const ada = await joined(playground)
    const { log } = playground.rooms.get('lobby')
    const sessions = await Promise.all(Array.from({ length: 20 }, () => openSession(playground.port)))
    const polls = sessions.map(({ session }) => ask(session, { ':path': `/rooms/lobby/long-poll?after=${log.head}` }))
    const streams = sessions.map(({ session }) => ask(session, { ':path': `/rooms/lobby/sse?after=${log.head}` }))
    const goodbyes = sessions.map(({ session }) => once(session, 'goaway'))
    const socket = await openSocket(playground, 'websocket', ada)
    const idle = connect(playground.port, '127.0.0.1')
    const ended = [once(socket, 'close'), once(idle, 'close')] as const
    await expect.poll(() => log.waiting).toBe(41)

    const startedAt = performance.now()
    await playground.close()
    const tookMs = performance.now() - startedAt
    console.log(`closing 20 sessions took ${tookMs.toFixed(1)} ms`)
    expect(tookMs).toBeLessThan(1000)
    for (const { status } of await Promise.all(polls)) expect(status).toBe(204)
    for (const { status } of await Promise.all(streams)) expect(status).toBe(200)
    await Promise.all(goodbyes)
    expect((await ended[0])[0]).toBe(1001)
    await ended[1]
  })
})

describe('a reader of frames', () => {
  /** A frame as RFC 9113 draws it, section 4.1. */
  const frame = (type: number, flags: number, streamId: number, payloadBytes: number) => {
    const head = Buffer.alloc(9)
    head.writeUIntBE(payloadBytes, 0, 3)
    head.writeUInt8(type, 3)
    head.writeUInt8(flags, 4)
    head.writeUInt32BE(streamId, 5)
    return Buffer.concat([head, Buffer.alloc(payloadBytes, 0xff)])
  }
  const [DATA, HEADERS_FRAME, RESET, SETTINGS, CONTINUATION] = [0, 1, 3, 4, 9]
  const bytes = Buffer.concat([
    frame(SETTINGS, 0, 0, 12),
    frame(HEADERS_FRAME, 1, 1, 300),
    frame(CONTINUATION, 4, 1, 20),
    frame(HEADERS_FRAME, 4, 3, 7),
    frame(DATA, 0, 3, 70_000),
    frame(DATA, 1, 3, 0),
    frame(RESET, 0, 5, 4),
  ])
  const read = (chunks: readonly Uint8Array[]) => {
    const sums = new Map<number, { head: number; rest: number; ends: FramePart['ends'][] }>()
    const reader = new FrameReader('server', ({ streamId, bytes: count, isHead, ends }) => {
      const sum = sums.get(streamId) ?? { head: 0, rest: 0, ends: [] }
      sums.set(streamId, sum)
      sum[isHead ? 'head' : 'rest'] += count
      if (ends) sum.ends.push(ends)
    })
    for (const chunk of chunks) reader.read(chunk)
    return Object.fromEntries(sums)
  }

  it('finds the same frames for every split of the bytes', () => {
    const expected = {
      0: { head: 0, rest: 21, ends: [] },
      1: { head: 338, rest: 0, ends: ['message'] },
      3: { head: 16, rest: 70_018, ends: ['message'] },
      5: { head: 0, rest: 13, ends: ['stream'] },
    }
    expect(read([bytes])).toEqual(expected)
    const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 60 })
    fc.assert(
      fc.property(cuts, (places) => {
        const at = [0, ...places.sort((a, b) => a - b), bytes.length]
        expect(read(at.slice(1).map((end, i) => bytes.subarray(at[i], end)))).toEqual(expected)
      }),
      { seed: 7540, numRuns: 200 },
    )
    expect(read(Array.from({ length: 400 }, (_, i) => bytes.subarray(i, i + 1)))[1]?.head).toBe(338)
  })
})

describe('the certificate', () => {
  const server = (...args: string[]) => run(process.execPath, ['dist/server/main.js', '--port', '0', ...args])
  const addressIn = (output: string) => /is at (https:\/\/\S+)/.exec(output)?.[1] ?? ''

  it('is written to the given path, accepted by clients that trust it, and reused', LONG, async () => {
    const folder = await mkdtemp(joinPath(tmpdir(), 'playground-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const [cert, key] = [joinPath(folder, 'cert.pem'), joinPath(folder, 'key.pem')]
    const first = server('--tls-cert', cert, '--tls-key', key)
    await expect.poll(() => addressIn(first.output())).not.toBe('')
    const made = await readFile(cert, 'utf8')
    expect((await stat(key)).mode & 0o777).toBe(0o600)
    const url = addressIn(first.output())
    const chat = ['dist/programs/chat.js', '--url', url, '--name', 'ada']
    const trusting = run(process.execPath, chat, { env: { NODE_EXTRA_CA_CERTS: cert } })
    await expect.poll(trusting.output).toContain('connected by websocket')
    const doubting = run(process.execPath, chat)
    expect(await doubting.ended).toBe(1)
    expect(doubting.output()).toContain('self-signed certificate')
    expect(doubting.output()).toContain('NODE_EXTRA_CA_CERTS')
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    const second = server('--tls-cert', cert, '--tls-key', key)
    await expect.poll(() => addressIn(second.output())).not.toBe('')
    expect(await readFile(cert, 'utf8')).toBe(made)
  })

  it.each([
    ['chat.example', ['DNS:chat.example']],
    ['192.0.2.7', ['IP Address:192.0.2.7']],
    ['0.0.0.0', []],
    ['::', []],
  ])('for the host %s is valid for its name, and for the names of this machine', async (host, names) => {
    const made = await certificateOf({ tls: true, tlsCert: '', tlsKey: '', host })
    const certificate = new X509Certificate(made?.cert ?? '')
    const local = ['DNS:localhost', 'IP Address:127.0.0.1', 'IP Address:0:0:0:0:0:0:0:1']
    expect(certificate.subjectAltName?.split(', ')).toEqual([...local, ...names])
    expect(certificate.ca).toBe(false)
    const days = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 86_400_000
    expect(days).toBeCloseTo(366, 1)
    expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.now() - 3_600_000)
  })

  it.each([
    [['--tls-cert', 'cert.pem'], '--tls-cert needs --tls-key'],
    [['--tls-key', 'key.pem'], '--tls-key needs --tls-cert'],
    [['--tls-cert', 'package.json', '--tls-key', 'nowhere.pem'], '--tls-key: nowhere.pem does not exist'],
    [['--tls-cert', 'nowhere.pem', '--tls-key', 'package.json'], '--tls-cert: nowhere.pem does not exist'],
    [['--tls-cert', 'package.json', '--tls-key', 'package.json'], 'are not a certificate and its key'],
    [['--tls-cert', 'nowhere/cert.pem', '--tls-key', 'nowhere/key.pem'], 'nowhere/key.pem'],
  ])('is refused as %j, saying why', LONG, async (args, why) => {
    const { output, ended } = server(...args)
    expect(await ended).toBe(1)
    expect(output()).toContain('transport-playground cannot start')
    expect(output()).toContain(why)
  })
})
