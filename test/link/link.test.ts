import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect as dial, createServer, Socket } from 'node:net'

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { type Link, type LinkOptions, openLink, PROFILE_NAMES, PROFILES } from '../../src/link/link.ts'
import type { ProfileChoice } from '../../src/link/profile.ts'
import { type Random, seededRandom } from '../../src/random.ts'
import { resetSocket } from '../../src/link/sockets.ts'
import { RETRIED } from '../support/retry.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A socket that keeps what came, so that a test can await it. */
class Peer {
  readonly socket: Socket
  readonly ended: Promise<unknown>
  /** The code of its error, or null after an orderly end. */
  readonly closed: Promise<string | null>
  /** Either: a reset right behind bytes is an end to Node, when it finds both in one go. */
  readonly over: Promise<unknown>
  readonly #chunks: Buffer[] = []

  constructor(socket: Socket) {
    this.socket = socket
    let code: string | null = null
    socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code ?? error.message))
    socket.on('data', (bytes: Buffer) => this.#chunks.push(bytes))
    this.ended = new Promise<void>((resolve) => socket.once('end', () => resolve()))
    this.closed = new Promise((resolve) => socket.once('close', () => resolve(code)))
    this.over = Promise.race([this.ended, this.closed])
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  async has(bytes: number): Promise<Buffer> {
    while (this.received.length < bytes) await once(this.socket, 'data')
    return this.received
  }

  /** How long it takes in ms until an echo server's answer is there. */
  async echo(text: string): Promise<number> {
    const before = this.received.length
    const startMs = performance.now()
    this.socket.write(text)
    const all = await this.has(before + Buffer.byteLength(text))
    expect(all.subarray(before).toString()).toBe(text)
    return performance.now() - startMs
  }
}

/** A server on a free port; what `greet` does to each peer, and the peers in the order of their coming. */
async function serve(greet: (peer: Peer) => void = () => undefined) {
  const peers: Peer[] = []
  const waiting: ((peer: Peer) => void)[] = []
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const peer = new Peer(socket)
    greet(peer)
    peers.push(peer)
    waiting.shift()?.(peer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => {
    for (const { socket } of peers) socket.destroy()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  const next = () => new Promise<Peer>((resolve) => waiting.push(resolve))
  return { port: (server.address() as AddressInfo).port, peers, next }
}

const echo = (peer: Peer) => {
  peer.socket.pipe(peer.socket)
}

async function open(port: number, profile: ProfileChoice, options: Partial<LinkOptions> = {}): Promise<Link> {
  const link = await openLink({ to: { port }, profile, ...options })
  cleanups.push(() => link.close())
  return link
}

async function connect(port: number): Promise<Peer> {
  const peer = new Peer(dial({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true }))
  cleanups.push(() => peer.socket.destroy())
  await Promise.race([new Promise((resolve) => peer.socket.once('connect', resolve)), peer.closed])
  return peer
}

/** Both ends of a new connection through the link. */
async function pair(link: Link, server: Awaited<ReturnType<typeof serve>>): Promise<[client: Peer, server: Peer]> {
  const accepted = server.next()
  return [await connect(link.port), await accepted]
}

/** Connects repeatedly until an echo server's answer comes through. */
async function working(link: Link): Promise<Peer> {
  for (;;) {
    const client = await connect(link.port)
    client.socket.write('x')
    // Both sides report a reset.
    await Promise.race([client.has(1).catch(() => undefined), client.closed])
    if (client.received.length > 0) return client
  }
}

/** For states that no event tells of. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2))
}

function randomBytes(length: number, random: Random): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)))
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN
}

describe('bytes', () => {
  test.each<[string, ProfileChoice]>([
    ['local', 'local'],
    ['jitter', { delayMs: 2, jitterMs: 6 }],
    ['slices and jitter', { delayMs: 1, jitterMs: 3, sliceBytes: 700 }],
    ['slices with gaps', { sliceBytes: 40_000, sliceGapMs: 0.5 }],
    ['bandwidth', { delayMs: 1, jitterMs: 1, bitsPerSecond: 40e6 }],
    ['bandwidth and slices', { bitsPerSecond: 40e6, sliceBytes: 3_000 }],
    ['buffering', { bufferBytes: 5_000 }],
  ])('come out as they went in, both ways at once: %s', async (_name, profile) => {
    const seed = randomInt(2 ** 32)
    const random = seededRandom(seed)
    const server = await serve()
    const link = await open(server.port, profile, { seed })
    const [client, service] = await pair(link, server)
    const up = randomBytes(200_000 + Math.floor(random() * 100_000), random)
    const down = randomBytes(200_000 + Math.floor(random() * 100_000), random)
    for (const [peer, bytes] of [
      [client, up],
      [service, down],
    ] as const) {
      for (let at = 0; at < bytes.length;) {
        const length = 1 + Math.floor(random() ** 3 * 40_000)
        peer.socket.write(bytes.subarray(at, at + length))
        at += length
      }
      peer.socket.end()
    }
    await Promise.all([client.ended, service.ended])
    expect(service.received.equals(up), `seed ${seed}`).toBe(true)
    expect(client.received.equals(down), `seed ${seed}`).toBe(true)

    await Promise.all([client.closed, service.closed])
    await until(() => link.connections === 0)
    const expected = {
      up: { receivedBytes: client.socket.bytesWritten, forwardedBytes: service.socket.bytesRead, queuedBytes: 0 },
      down: { receivedBytes: service.socket.bytesWritten, forwardedBytes: client.socket.bytesRead, queuedBytes: 0 },
    }
    expect(link.counts).toEqual({
      opened: 1,
      refused: 0,
      ...expected,
      connections: [{ id: 1, open: false, ...expected }],
    })
  })

  test('arrive unchanged in slices of one byte', async () => {
    const server = await serve(echo)
    const link = await open(server.port, { sliceBytes: 1, sliceGapMs: 0.05 })
    const client = await connect(link.port)
    await client.echo('轮询、长轮询、WebSocket 🎏👩‍👩‍👧')
  })

  test('keep their order when the profile changes', async () => {
    const server = await serve()
    const link = await open(server.port, { delayMs: 20, bitsPerSecond: 1e6 })
    const [client, service] = await pair(link, server)
    client.socket.write('a'.repeat(5_000))
    await until(() => link.counts.up.receivedBytes === 5_000)
    link.setProfile('local')
    client.socket.write('b'.repeat(5_000))
    await until(() => link.counts.up.receivedBytes === 10_000)
    link.setProfile({ delayMs: 5, sliceBytes: 100 })
    client.socket.write('c'.repeat(5_000))
    expect((await service.has(15_000)).toString()).toBe('a'.repeat(5_000) + 'b'.repeat(5_000) + 'c'.repeat(5_000))
    expect(link.profile).toEqual({ ...PROFILES.local, delayMs: 5, sliceBytes: 100 })
  })

  test('are counted for each connection', async () => {
    const server = await serve(echo)
    const link = await open(server.port, 'local')
    const clients = [await connect(link.port), await connect(link.port)]
    await clients[0]?.echo('abc')
    await clients[1]?.echo('abcde')
    expect(link.connections).toBe(2)
    expect(link.counts.connections.map(({ id, open, up }) => [id, open, up.forwardedBytes])).toEqual([
      [1, true, 3],
      [2, true, 5],
    ])
    expect(link.counts.down.forwardedBytes).toBe(8)
  })
})

describe('seed', () => {
  /** The sizes in which the link writes to the server. */
  async function slices(seed: number): Promise<number[]> {
    const server = await serve()
    const link = await open(server.port, { sliceBytes: 100 }, { seed })
    const [client, service] = await pair(link, server)
    const write = vi.spyOn(Socket.prototype, 'write')
    client.socket.write(Buffer.alloc(4_000))
    await service.has(4_000)
    const sizes = write.mock.calls.flatMap(([bytes], call) => {
      const socket: unknown = write.mock.contexts[call]
      const toServer = socket instanceof Socket && socket.remotePort === server.port
      return toServer && Buffer.isBuffer(bytes) ? [bytes.length] : []
    })
    write.mockRestore()
    return sizes
  }

  test('a seed gives the same slices again, and another seed gives other slices', async () => {
    const first = await slices(7)
    expect(first.reduce((a, b) => a + b)).toBe(4_000)
    expect(Math.max(...first)).toBeLessThanOrEqual(100)
    expect(await slices(7)).toEqual(first)
    expect(await slices(8)).not.toEqual(first)
  })

  test('the numbers of a seed are uniform, and independent for each path', () => {
    const draw = (...path: number[]) => Array.from({ length: 10_000 }, seededRandom(1, ...path))
    expect(draw(1, 2)).toEqual(draw(1, 2))
    expect(draw(1, 2)).not.toEqual(draw(2, 1))
    const [a, b] = [draw(1), draw(2)]
    expect(a.reduce((x, y) => x + y) / a.length).toBeCloseTo(0.5, 1)
    const product = a.reduce((sum, x, i) => sum + (x - 0.5) * ((b[i] ?? 0) - 0.5), 0) / a.length
    expect(Math.abs(product)).toBeLessThan(0.005)
    expect(a.every((x) => x >= 0 && x < 1)).toBe(true)
  })
})

describe('delay', () => {
  test('a delay of 5 ms adds 5 to 6.5 ms to the median', RETRIED, async () => {
    const server = await serve()
    const link = await open(server.port, { delayMs: 5 })
    const accepted = server.next()
    const direct = [await connect(server.port), await accepted] as const
    const linked = await pair(link, server)
    const oneWayMs = async ([client, service]: readonly [Peer, Peer]) => {
      const arrived = once(client.socket, 'data')
      const startMs = performance.now()
      service.socket.write('a message')
      await arrived
      return performance.now() - startMs
    }
    const pairs: { direct: number; linked: number }[] = []
    for (let i = 0; i < 120; i++) {
      // Which goes first is turned about, so that neither profits from a warm loop.
      const first = i % 2 === 0 ? await oneWayMs(direct) : NaN
      const through = await oneWayMs(linked)
      pairs.push({ direct: i % 2 === 0 ? first : await oneWayMs(direct), linked: through })
    }
    const difference = median(pairs.map((each) => each.linked - each.direct))
    const medians = [median(pairs.map((each) => each.direct)), median(pairs.map((each) => each.linked))]
    console.info(
      `direct ${medians.map((ms) => ms.toFixed(3)).join(' ms, link of 5 ms ')} ms,`,
      `median difference ${difference.toFixed(3)} ms`,
    )
    expect(difference).toBeGreaterThanOrEqual(5)
    expect(difference).toBeLessThanOrEqual(6.5)
  })

  test('a delay is never shorter than configured, and a new connection adds a round trip', async () => {
    const server = await serve(echo)
    const link = await open(server.port, { delayMs: 10 })
    const startMs = performance.now()
    const client = await connect(link.port)
    await client.echo('first')
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(40)
    for (let i = 0; i < 10; i++) expect(await client.echo('again')).toBeGreaterThanOrEqual(20)
  })

  test('the first bytes of a server arrive two round trips after connecting', async () => {
    const server = await serve((peer) => peer.socket.write('hello'))
    const link = await open(server.port, { delayMs: 10 })
    const startMs = performance.now()
    const client = await connect(link.port)
    await client.has(5)
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(40)
  })

  test('jitter only increases the delay', async () => {
    const server = await serve(echo)
    const link = await open(server.port, { delayMs: 2, jitterMs: 10 })
    const client = await connect(link.port)
    await client.echo('first')
    const times: number[] = []
    for (let i = 0; i < 20; i++) times.push(await client.echo('again'))
    expect(Math.min(...times)).toBeGreaterThanOrEqual(4)
    // 20 draws of twice 0 to 10 ms that all lie below 6 ms: about 1 in 10^15.
    expect(Math.max(...times)).toBeGreaterThan(6)
  })

  test('four times the bandwidth takes a quarter of the time, shared by all connections', RETRIED, async () => {
    const server = await serve()
    const bytes = 100_000
    const transfer = async (bitsPerSecond: number, connections: number): Promise<number> => {
      const link = await open(server.port, { bitsPerSecond })
      const pairs = []
      for (let i = 0; i < connections; i++) pairs.push(await pair(link, server))
      const startMs = performance.now()
      for (const [client] of pairs) client.socket.write(Buffer.alloc(bytes / connections))
      await Promise.all(pairs.map(([, service]) => service.has(bytes / connections)))
      return performance.now() - startMs
    }
    const slow = await transfer(2e6, 1)
    const fast = await transfer(8e6, 1)
    expect(slow).toBeGreaterThanOrEqual(400)
    expect(fast).toBeGreaterThanOrEqual(100)
    expect(await transfer(8e6, 2)).toBeGreaterThanOrEqual(100)
    expect(slow / fast).toBeGreaterThanOrEqual(3)
    expect(slow / fast).toBeLessThanOrEqual(4.2)
  })

  test('an end without data waits for the connection setup', async () => {
    const server = await serve()
    const link = await open(server.port, { delayMs: 10 })
    const accepted = server.next()
    const client = await connect(link.port)
    client.socket.end()
    const service = await accepted
    await service.ended
    service.socket.end('too late to ask')
    await client.ended
    expect(client.received.toString()).toBe('too late to ask')
    await until(() => link.connections === 0)
  })

  test('a half-close is forwarded after the bytes and the delay', async () => {
    const server = await serve()
    const link = await open(server.port, { delayMs: 15 })
    const [client, service] = await pair(link, server)
    const startMs = performance.now()
    client.socket.end('question')
    await service.ended
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(15)
    expect(service.received.toString()).toBe('question')
    service.socket.end('answer')
    await client.ended
    expect(client.received.toString()).toBe('answer')
    expect(await Promise.all([client.closed, service.closed])).toEqual([null, null])
  })
})

describe('faults', () => {
  test('a cut resets all connections, and new connections until the cut ends', async () => {
    const server = await serve(echo)
    const link = await open(server.port, 'local')
    const pairs = [await pair(link, server), await pair(link, server)]
    const startMs = performance.now()
    link.cut(400)
    const codes = await Promise.all(pairs.flat().map((peer) => peer.closed))
    expect(codes).toEqual(Array.from({ length: 4 }, () => 'ECONNRESET'))
    await working(link)
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(400)
    expect(link.counts.refused).toBeGreaterThan(0)
    expect(link.counts.opened).toBe(3)
  })

  test('a scheduled cut interrupts the link and ends', async () => {
    const server = await serve(echo)
    const startMs = performance.now()
    const link = await open(server.port, { cutEveryMs: 200, cutForMs: 60 })
    for (let period = 0; period < 3; period++) {
      const works = await working(link)
      expect(await works.closed).toBe('ECONNRESET')
      expect(performance.now() - startMs).toBeGreaterThanOrEqual(200 * (period + 1) - 60)
    }
    link.setProfile('local')
    const client = await connect(link.port)
    await client.echo('free at once')
  })

  test('a stall stops all bytes, loses none and keeps connections open', async () => {
    const server = await serve(echo)
    const link = await open(server.port, 'local')
    const client = await connect(link.port)
    await client.echo('before')
    const startMs = performance.now()
    link.stall(100)
    await client.echo('during')
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(100)
    link.stall(3_600_000)
    client.socket.write('late')
    await until(() => link.counts.up.queuedBytes === 4)
    link.stall(0)
    expect((await client.has(16)).toString()).toBe('beforeduringlate')
  })

  test('a scheduled stall stops all bytes for its duration', async () => {
    const server = await serve(echo)
    const link = await open(server.port, { stallEveryMs: 200, stallForMs: 100 })
    const client = await connect(link.port)
    // Two of them: whatever is on its way when one begins waits until it is over.
    for (let stalls = 0; stalls < 2;) if ((await client.echo('x')) >= 90) stalls += 1
  })

  test('a change of profile ends a stall, and bytes queued on a slow line delay no other connection', async () => {
    const server = await serve(echo)
    const link = await open(server.port, { stallEveryMs: 3_600_000, stallForMs: 3_599_990 })
    const client = await connect(link.port)
    await until(() => {
      client.socket.write('x')
      return link.counts.up.queuedBytes > 0
    })
    link.setProfile({ bitsPerSecond: 1_000 })
    await until(() => link.counts.up.queuedBytes === 0)
    client.socket.write(Buffer.alloc(50_000))
    await until(() => link.counts.up.receivedBytes > 50_000)
    link.setProfile({ bitsPerSecond: 1e6 })
    await working(link)
  })

  test('a silenced connection forwards no bytes and no end, and new connections work afterwards', async () => {
    const server = await serve(echo)
    const link = await open(server.port, { delayMs: 5 })
    const [client, service] = await pair(link, server)
    const [breaker, abandoned] = await pair(link, server)
    await client.echo('before')
    client.socket.write('under way')
    await until(() => link.counts.up.receivedBytes === 15)
    link.silence(true)
    const newcomer = await connect(link.port)
    newcomer.socket.write('nobody hears')
    client.socket.write('lost')
    await until(() => link.counts.up.receivedBytes === 31)
    service.socket.end()
    breaker.socket.resetAndDestroy()
    link.silence(false)
    // Whatever were to come through would be there before this.
    const later = await working(link)
    expect(service.received.toString()).toBe('before')
    expect(client.socket.readableEnded).toBe(false)
    expect(abandoned.socket.readableEnded || abandoned.socket.destroyed).toBe(false)
    expect(newcomer.received.length).toBe(0)
    expect(server.peers.length).toBe(3)
    expect(link.counts.up).toEqual({ receivedBytes: 32, forwardedBytes: 7, queuedBytes: 0 })
    // Once both have given up, each in its way, nothing is left behind.
    client.socket.resetAndDestroy()
    for (const peer of [abandoned, newcomer, later]) peer.socket.destroy()
    await until(() => link.connections === 0)

    // Without a delay there is no moment between connecting and dialling either.
    link.setProfile('local')
    link.silence(true)
    await connect(link.port)
    await until(() => link.connections === 1)
    link.silence(false)
    await working(link)
    expect(server.peers.length).toBe(4)
  })

  test.each(['close', 'reset'] as const)('a connection ends by %s after the byte limit', async (limitBy) => {
    const server = await serve()
    const link = await open(server.port, { limitUpBytes: 1_000, limitBy, sliceBytes: 77 })
    const [client, service] = await pair(link, server)
    client.socket.write(Buffer.alloc(999))
    await service.has(999)
    client.socket.write(Buffer.alloc(50))
    if (limitBy === 'close') await client.ended
    else expect(await client.closed).toBe('ECONNRESET')
    await service.over
    service.socket.destroy()
    await until(() => link.connections === 0)
    expect(service.received.length).toBe(1_000)
    expect(link.counts.up.forwardedBytes).toBe(1_000)
  })

  test('a connection ends at the first byte with a limit of 0 bytes down', async () => {
    const server = await serve(echo)
    const link = await open(server.port, { limitDownBytes: 0 })
    const client = await connect(link.port)
    client.socket.write('x')
    await client.ended
    expect(client.received.length).toBe(0)
  })

  test('the idle kill resets silent connections only', async () => {
    const server = await serve(echo)
    const link = await open(server.port, { idleKillMs: 800 })
    const [idle, busy] = [await connect(link.port), await connect(link.port)]
    // It is idle from a moment on that lies before its echo is heard.
    const startMs = performance.now()
    await idle.echo('x')
    const killed = idle.closed.then(() => performance.now() - startMs)
    while (performance.now() - startMs < 2_000) await busy.echo('x')
    expect(await idle.closed).toBe('ECONNRESET')
    expect(await killed).toBeGreaterThanOrEqual(800)
    await busy.echo('still there')
    expect(await busy.closed).toBe('ECONNRESET')
  })

  test('a peer’s reset is forwarded after its bytes', async () => {
    const server = await serve()
    const link = await open(server.port, { delayMs: 10 })
    const [client, service] = await pair(link, server)
    client.socket.write('last words')
    await until(() => link.counts.up.receivedBytes === 10)
    client.socket.resetAndDestroy()
    await service.over
    expect(service.received.toString()).toBe('last words')
    service.socket.destroy()
    await until(() => link.connections === 0)
  })

  test('a peer’s reset is forwarded also when the peer does not read', async () => {
    const server = await serve()
    const link = await open(server.port, { delayMs: 1 })
    const [client, service] = await pair(link, server)
    client.socket.pause()
    service.socket.write(Buffer.alloc(2 ** 24))
    // Once the queue of 1 MiB was full, between a half of it and all: below that the link reads on.
    await until(() => link.counts.down.queuedBytes > 2 ** 19)
    client.socket.resetAndDestroy()
    expect(await service.closed).toBe('ECONNRESET')
    await until(() => link.connections === 0)
  })

  test('an unreachable target is reported for each connection, and the link continues', async () => {
    const gone = await serve()
    const { port } = gone
    for (const cleanup of cleanups.splice(0)) await cleanup()
    const errors: unknown[] = []
    const link = await open(port, 'local', { onError: (error, context) => errors.push([error.message, context]) })
    for (const connection of [1, 2]) {
      const client = await connect(link.port)
      expect(await client.closed).toBe('ECONNRESET')
      expect(errors.at(-1)).toEqual([expect.stringContaining('ECONNREFUSED'), { stage: 'dial', connection }])
    }
    expect(link.counts.up).toEqual({ receivedBytes: 0, forwardedBytes: 0, queuedBytes: 0 })
  })
})

describe('all at once', () => {
  test('the received bytes are a prefix of the sent bytes after any sequence of operations', async () => {
    const seed = randomInt(2 ** 32)
    const random = seededRandom(seed)
    const server = await serve(echo)
    const link = await open(server.port, 'local', { seed })
    const pick = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)] ?? (choices[0] as T)
    const maybe = (most: number) => pick(null, 1 + Math.floor(random() * most))
    const first = await connect(link.port)
    await first.echo('before it begins')
    const clients: { peer: Peer; sent: Buffer[] }[] = [{ peer: first, sent: [Buffer.from('before it begins')] }]
    for (let step = 0; step < 400; step++) {
      const client = clients[Math.floor(random() * clients.length)]
      const act = pick(
        'connect',
        'write',
        'write',
        'write',
        'end',
        'reset',
        'profile',
        'stall',
        'cut',
        'silence',
        'wait',
      )
      if (act === 'connect' || client === undefined) clients.push({ peer: await connect(link.port), sent: [] })
      else if (act === 'write' && client.peer.socket.writable) {
        const bytes = randomBytes(random() ** 4 * 100_000, random)
        client.sent.push(bytes)
        client.peer.socket.write(bytes)
      } else if (act === 'end') client.peer.socket.end()
      else if (act === 'reset' && random() < 0.3) resetSocket(client.peer.socket)
      else if (act === 'profile') {
        link.setProfile({
          delayMs: pick(0, 1, 5),
          jitterMs: pick(0, 3),
          bitsPerSecond: pick(null, 100e6, 1e9),
          sliceBytes: maybe(2_000),
          limitUpBytes: pick(null, null, null, 50_000),
          limitDownBytes: pick(null, null, null, 50_000),
          limitBy: pick('close', 'reset'),
          bufferBytes: maybe(20_000),
          idleKillMs: pick(null, null, 50),
        })
      } else if (act === 'stall') link.stall(random() * 10)
      else if (act === 'cut' && random() < 0.1) link.cut(random() * 3)
      else if (act === 'silence') link.silence(random() < 0.1)
      else await new Promise((resolve) => setTimeout(resolve, 1))
    }
    link.silence(false)
    link.stall(0)
    link.setProfile('local')
    const newcomer = await working(link)
    for (const { peer, sent } of clients) {
      const { received } = peer
      expect(Buffer.concat(sent).subarray(0, received.length).equals(received), `seed ${seed}`).toBe(true)
    }
    // By most seeds hundreds of kilobytes; by some, all that follows is silenced or reset.
    expect(first.received.length, `seed ${seed}`).toBeGreaterThan(0)
    for (const { peer } of [...clients, { peer: newcomer }, ...server.peers.map((peer) => ({ peer }))])
      peer.socket.destroy()
    await until(() => link.connections === 0)
    const { up, down } = link.counts
    for (const { receivedBytes, forwardedBytes, queuedBytes } of [up, down]) {
      expect(queuedBytes).toBe(0)
      expect(forwardedBytes).toBeLessThanOrEqual(receivedBytes)
    }
  })
})

describe('back-pressure', () => {
  test.each<[string, ProfileChoice, number]>([
    ['local', 'local', 2 ** 20],
    ['a fat line', { delayMs: 20, bitsPerSecond: 400e6 }, 2 ** 20 + 1e6],
  ])('a slow reader costs bounded memory: %s', async (_name, profile, windowBytes) => {
    const total = 48 * 2 ** 20
    const server = await serve()
    const link = await open(server.port, profile)
    const [client, service] = await pair(link, server)
    client.socket.pause()
    const payload = Buffer.alloc(total)
    service.socket.write(payload)
    await until(() => link.counts.down.queuedBytes > 0.9 * windowBytes)
    let peak = 0
    let received = 0
    client.socket.on('data', (bytes: Buffer) => {
      received += bytes.length
      peak = Math.max(peak, link.counts.down.queuedBytes)
    })
    client.socket.resume()
    await new Promise<void>((resolve) => {
      client.socket.on('data', () => {
        if (received === total) resolve()
      })
    })
    expect(link.counts.down.forwardedBytes).toBe(total)
    // One read more than the window may come before the source is paused.
    expect(peak).toBeLessThanOrEqual(windowBytes + 65_536)
  })
})

describe('closing', () => {
  test('closing ends all connections in any state and leaves no sockets or timers', async () => {
    const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCP')).length
    const server = await serve(echo)
    // The listening socket; those of earlier tests may still be closing.
    await until(() => sockets() === 1)
    const link = await open(server.port, { ...PROFILES.tunnel, idleKillMs: 10_000, delayMs: 50, sliceBytes: 9 })
    const clients = await Promise.all([1, 2, 3].map(() => connect(link.port)))
    for (const client of clients) client.socket.write('on its way')
    await until(() => link.counts.up.receivedBytes === 30)
    link.stall(1_000)
    await Promise.all([link.close(), link.close()])
    expect(link.connections).toBe(0)
    for (const client of clients) {
      await client.over
      client.socket.destroy()
    }
    await until(() => sockets() === 1)
    // The command ends by itself, so no timer of the link is left. No timer starts again:
    const timer = vi.spyOn(globalThis, 'setTimeout')
    link.setProfile('tunnel')
    link.cut(0)
    link.stall(0)
    expect(timer).not.toHaveBeenCalled()
    await expect(once(dial(link.port, '127.0.0.1'), 'connect')).rejects.toThrow('ECONNREFUSED')
  })

  test('an idle link sets no timer', async () => {
    const server = await serve(echo)
    const link = await open(server.port, { delayMs: 5, jitterMs: 1, bitsPerSecond: 1e6 })
    const client = await connect(link.port)
    await client.echo('there and back')
    const timer = vi.spyOn(globalThis, 'setTimeout')
    const immediate = vi.spyOn(globalThis, 'setImmediate')
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(timer).toHaveBeenCalledTimes(1)
    expect(immediate).not.toHaveBeenCalled()
  })

  test('a port that is taken is refused', async () => {
    const server = await serve()
    await expect(openLink({ to: { port: server.port }, port: server.port })).rejects.toThrow('EADDRINUSE')
  })
})

describe('values out of range', () => {
  let link: Link
  beforeEach(async () => {
    link = await open(1, 'local')
  })

  test.each<[Record<string, unknown>, string]>([
    [{ delayMs: -1 }, 'delayMs is -1; allowed: a number of ms from 0 to 60000'],
    [{ delayMs: NaN }, 'delayMs is NaN; allowed: a number of ms from 0 to 60000'],
    [{ jitterMs: '5' }, 'jitterMs is "5"; allowed: a number of ms from 0 to 60000'],
    [
      { bitsPerSecond: 0 },
      'bitsPerSecond is 0; allowed: a number of bit/s from 1000 to 100000000000, or null (no limit)',
    ],
    [{ sliceBytes: 1.5 }, 'sliceBytes is 1.5; allowed: a whole number of bytes from 1 to 65536, or null (not sliced)'],
    [{ sliceGapMs: Infinity }, 'sliceGapMs is Infinity; allowed: a number of ms from 0 to 1000'],
    [{ limitUpBytes: -5 }, 'limitUpBytes is -5'],
    [{ limitDownBytes: 0.5 }, 'limitDownBytes is 0.5'],
    [{ limitBy: 'magic' }, 'limitBy is "magic"; allowed: close, reset'],
    [{ bufferBytes: 0 }, 'bufferBytes is 0'],
    [{ idleKillMs: 1 }, 'idleKillMs is 1; allowed: a number of ms from 10 to 3600000, or null (never)'],
    [{ cutEveryMs: 100, cutForMs: 100 }, 'cutForMs is 100; allowed: less than cutEveryMs, which is 100 ms'],
    [{ cutForMs: 100 }, 'cutForMs is 100; allowed: 0, or cutEveryMs besides'],
    [{ stallEveryMs: 100, stallForMs: 101 }, 'stallForMs is 101; allowed: less than stallEveryMs'],
    [{ delayMs: undefined }, 'delayMs is undefined; allowed: a number of ms from 0 to 60000'],
    [{ latency: 5 }, 'latency is not a field of a link profile; allowed: delayMs, jitterMs'],
  ])('%o', (profile, message) => {
    const before = link.profile
    expect(() => link.setProfile(profile as ProfileChoice)).toThrow(RangeError)
    expect(() => link.setProfile(profile as ProfileChoice)).toThrow(message)
    expect(link.profile).toBe(before)
  })

  test('invalid names, durations, ports and seeds are refused', async () => {
    expect(() => link.setProfile('5g' as ProfileChoice)).toThrow('profile is "5g"; allowed: local, wifi, 4g')
    expect(() => link.cut(-1)).toThrow('cut is -1; allowed: a number of ms from 0 to 3600000')
    expect(() => link.stall(Infinity)).toThrow('stall is Infinity; allowed: a number of ms from 0 to 3600000')
    await expect(openLink({ to: { port: 0 } })).rejects.toThrow('to.port is 0; allowed: a whole number from 1 to 65535')
    await expect(openLink({ to: { port: 1 }, port: 65_536 })).rejects.toThrow('port is 65536')
    await expect(openLink({ to: { port: 1 }, seed: 0.5 })).rejects.toThrow('seed is 0.5')
  })

  test('every named profile is complete and in range', () => {
    for (const name of PROFILE_NAMES) {
      link.setProfile(PROFILES[name])
      expect(link.profile).toEqual(PROFILES[name])
    }
  })
})
