import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { io } from 'socket.io-client'
import WebSocket from 'ws'
import type { Draft, FrameDown, Joined, TransportName } from '../../src/protocol.ts'
import { readRoster } from '../../src/client/members.ts'
import { transports } from '../../src/client/transports/index.ts'
import { collect, draft, person, startPlayground, watch, type TestPlayground } from '../support/playground.ts'
import { ask, openRequest, type RawOptions } from '../support/raw-request.ts'
import { launchServer } from '../support/servers.ts'

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const post = (playground: TestPlayground, { token }: Joined, body: Draft = draft('x'), options: RawOptions = {}) =>
  ask(playground, '/rooms/lobby/messages', { method: 'POST', headers: bearer(token), body, ...options })
const join = (playground: TestPlayground, options: RawOptions = {}, room = 'lobby') =>
  ask(playground, `/rooms/${room}/members`, { method: 'POST', ...options })
const statuses = (answers: readonly { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length

/** Sequential calls, so that their answers have an order. */
async function repeat<T>(count: number, call: (i: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  for (let i = 0; i < count; i++) answers.push(await call(i))
  return answers
}

function openSocket({ port }: TestPlayground, token?: string, from = '127.0.0.1') {
  const protocols = token === undefined ? ['chat.v1'] : ['chat.v1', `bearer.${token}`]
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rooms/lobby/websocket`, protocols, { localAddress: from })
  onTestFinished(() => socket.terminate())
  socket.on('error', () => undefined)
  const frames: FrameDown[] = []
  socket.on('message', (data: Buffer) => frames.push(JSON.parse(data.toString()) as FrameDown))
  const closed = once(socket, 'close').then(([code, reason]) => [code as number, String(reason)] as const)
  return { socket, frames, closed }
}

describe('a member that posts too fast', () => {
  it('gets 429 with the time to wait over HTTP, and another member is served', async () => {
    const playground = await startPlayground({ limitLocal: true, memberPosts: 1 })
    const [flooder, honest] = [await person(playground), await person(playground)]
    const answers = await repeat(10, () => post(playground, flooder))
    expect(statuses(answers.slice(0, 5), 201)).toBe(5)
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.headers['content-type']).toContain('application/problem+json')
    expect(refused?.headers['retry-after']).toBe('1')
    expect(refused?.body).toMatchObject({
      type: 'too-many-requests',
      limit: 1,
      retryAfterMs: expect.any(Number) as number,
    })
    expect(await post(playground, honest)).toMatchObject({ status: 201 })
  })

  it('has one rate for HTTP, WebSocket and Socket.IO, and its socket stays open', async () => {
    const playground = await startPlayground({ limitLocal: true, memberPosts: 1 })
    const flooder = await person(playground)
    const { socket, frames } = openSocket(playground, flooder.token)
    const client = io(playground.base, {
      path: '/rooms/lobby/socket-io',
      addTrailingSlash: false,
      auth: { token: flooder.token },
      forceNew: true,
    })
    onTestFinished(() => void client.disconnect())
    await Promise.all([once(socket, 'open'), new Promise<void>((resolve) => client.once('connect', resolve))])
    // More than 5 s of the rate at once, so that the rate allows no further message.
    await repeat(7, () => post(playground, flooder))
    const refused = draft('x')
    socket.send(JSON.stringify({ type: 'message', draft: refused }))
    const error = () => frames.find((frame) => frame.type === 'error')
    await expect.poll(error).toMatchObject({ id: refused.id, error: { status: 429, type: 'too-many-requests' } })
    expect(await client.emitWithAck('message', draft('x'))).toMatchObject({ error: { status: 429 } })
    expect(socket.readyState).toBe(WebSocket.OPEN)
  })

  it.each<TransportName>(['long-poll', 'websocket', 'socket-io'])(
    'has each text stored once and in order over %s, and learns for how long a text waits',
    async (transport) => {
      const playground = await startPlayground({ limitLocal: true, memberPosts: 2 })
      const ada = await person(playground)
      const waits: number[] = []
      const observer = { postponed: (_draft: Draft, retryMs: number) => waits.push(retryMs) }
      const watcher = watch(playground, ada, transport, { observer })
      const texts = Array.from({ length: 12 }, (_, i) => `text ${i}`)
      for (const text of texts) watcher.session.send(text)
      await expect.poll(watcher.texts).toEqual(texts)
      expect(waits.length).toBeGreaterThan(0)
      expect(Math.min(...waits)).toBeGreaterThan(0)
    },
  )
})

describe('a socket that sends frames too fast', () => {
  it('is closed with 1008, and another socket is served', async () => {
    const playground = await startPlayground({ limitLocal: true, socketFrames: 10 })
    const honest = await person(playground)
    const other = openSocket(playground, honest.token)
    const { socket, closed } = openSocket(playground)
    await Promise.all([once(socket, 'open'), once(other.socket, 'open')])
    for (let i = 0; i < 200; i++) socket.send('junk')
    expect(await closed).toEqual([1008, 'more than 10 frames in a second'])
    other.socket.send(JSON.stringify({ type: 'message', draft: draft('still here') }))
    await expect.poll(() => other.frames.some(({ type }) => type === 'ack')).toBe(true)
  })

  it('is disconnected when the client does not answer the close', async () => {
    const playground = await startPlayground({ limitLocal: true, socketFrames: 1 })
    const { socket, closed } = openSocket(playground)
    await once(socket, 'open')
    const startedAt = performance.now()
    for (let i = 0; i < 20; i++) socket.send('junk')
    socket.pause()
    await expect.poll(() => playground.rooms.get('lobby').log.waiting).toBe(0)
    socket.resume()
    await closed
    expect(performance.now() - startedAt).toBeLessThan(15_000)
  })

  it('loses its Socket.IO session', async () => {
    const playground = await startPlayground({ limitLocal: true, socketFrames: 10 })
    const client = io(playground.base, {
      path: '/rooms/lobby/socket-io',
      addTrailingSlash: false,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    })
    onTestFinished(() => void client.disconnect())
    await new Promise<void>((resolve) => client.once('connect', resolve))
    const lost = new Promise((resolve) => client.once('disconnect', resolve))
    for (let i = 0; i < 200; i++) client.emit('nothing')
    await lost
  })
})

describe('an address that joins too often', () => {
  it('gets 429 with the time to wait, and another address can join', async () => {
    const playground = await startPlayground({ limitLocal: true, addressJoins: 10 })
    const answers = await repeat(30, () => join(playground))
    expect(statuses(answers.slice(0, 20), 201)).toBe(20)
    const refused = answers.at(-1)
    expect(refused).toMatchObject({ status: 429, body: { type: 'too-many-requests', limit: 10 } })
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(await join(playground, { from: '127.0.0.2' })).toMatchObject({ status: 201 })
  })

  it('cannot have another address by X-Forwarded-For', async () => {
    const playground = await startPlayground({ limitLocal: true, addressJoins: 1 })
    const forged = (i: number) => ({ headers: { 'x-forwarded-for': `10.0.0.${i}` } })
    const answers = await repeat(5, (i) => join(playground, forged(i)))
    expect(statuses(answers, 201)).toBe(2)
  })

  it('is the address that a trusted proxy names, and an IPv6 /64 is one address', async () => {
    const playground = await startPlayground({ trustProxy: '127.0.0.1', addressJoins: 1 })
    const forwarded = (address: string) => join(playground, { headers: { 'x-forwarded-for': address } })
    // The proxy appends the address that it sees: what comes before was sent by the client.
    const forged = await repeat(3, (i) => forwarded(`192.0.2.${i}, 10.0.0.1`))
    expect(forged.map(({ status }) => status)).toEqual([201, 201, 429])
    expect(await forwarded('10.0.0.2')).toMatchObject({ status: 201 })
    const sameNetwork = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:DB8:1:2::3']
    const answers = await repeat(3, (i) => forwarded(sameNetwork[i] ?? ''))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 429])
    expect(await forwarded('2001:db8:1:3::1')).toMatchObject({ status: 201 })
  })

  it.each(['10.0.0.2:50311', '[2001:db8:5:5::1]:50311', '[2001:db8:6:6::1]'])(
    'is the same with another port, as some proxies add the port of the client: %s',
    async (address) => {
      const playground = await startPlayground({ trustProxy: '127.0.0.1', addressJoins: 1 })
      const forwarded = (text: string) => join(playground, { headers: { 'x-forwarded-for': text } })
      const bare = address.replace(/^\[(.*)\].*$/, '$1').replace(/^([\d.]+):\d+$/, '$1')
      const answers = [
        await forwarded(address),
        await forwarded(bare),
        await forwarded(address.replace('50311', '50312')),
      ]
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 429])
    },
  )

  it.each([
    'x-forwarded-for',
    'forwarded',
    'x-real-ip',
    'via',
    'x-forwarded-proto',
    'cf-connecting-ip',
    'true-client-ip',
  ])('has its limits when a proxy of this machine forwards with the header %s', async (name) => {
    const playground = await startPlayground({ addressJoins: 1 })
    const answers = await repeat(3, () => join(playground, { headers: { [name]: '192.0.2.1' } }))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 429])
  })

  it('creates a limited number of rooms, and another address can create one', async () => {
    const playground = await startPlayground({ limitLocal: true, addressRooms: 3 })
    const answers = await repeat(6, (i) => join(playground, {}, `room-${i}`))
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 429, 429, 429])
    expect(await join(playground, {}, 'room-0')).toMatchObject({ status: 201 })
    expect(await join(playground, { from: '127.0.0.2' }, 'room-9')).toMatchObject({ status: 201 })
    expect(playground.rooms.size).toBe(4)
  })
})

describe('connections', () => {
  it('of a member are limited over polls, streams and sockets, and another member is served', async () => {
    const playground = await startPlayground({ limitLocal: true, memberConnections: 3, hold: 600_000 })
    const [hoarder, honest] = [await person(playground), await person(playground)]
    const { log } = playground.rooms.get('lobby')
    const headers = bearer(hoarder.token)
    const after = `after=${log.head}`
    await openRequest(playground, `/rooms/lobby/long-poll?${after}`, { headers })
    await openRequest(playground, `/rooms/lobby/sse?${after}`, { headers })
    const { socket } = openSocket(playground, hoarder.token)
    await once(socket, 'open')
    await expect.poll(() => log.waiting).toBe(3)
    const refused = await ask(playground, `/rooms/lobby/long-poll?${after}`, { headers })
    expect(refused).toMatchObject({ status: 429, body: { type: 'too-many-requests', limit: 3 } })
    expect(refused.headers['retry-after']).toBe('5')
    expect(await openSocket(playground, hoarder.token).closed).toEqual([1008, 'a member may have 3 connections'])
    expect(await post(playground, honest)).toMatchObject({ status: 201 })
    socket.close()
    await expect.poll(async () => (await post(playground, hoarder)).status).toBe(201)
  })

  it('of an address are limited without a token, and another address is served', async () => {
    const playground = await startPlayground({ limitLocal: true, addressConnections: 5, hold: 600_000 })
    const { log } = playground.rooms.get('lobby')
    const held = await repeat(5, () => openRequest(playground, `/rooms/lobby/long-poll?after=${log.head}`))
    await expect.poll(() => log.waiting).toBe(5)
    expect(await ask(playground, '/rooms/lobby/short-poll')).toMatchObject({ status: 429, body: { limit: 5 } })
    expect(await openSocket(playground).closed).toEqual([1008, 'one address may have 5 connections'])
    expect(await ask(playground, '/rooms/lobby/short-poll', { from: '127.0.0.2' })).toMatchObject({ status: 200 })
    const { socket, frames } = openSocket(playground, undefined, '127.0.0.2')
    await once(socket, 'open')
    await expect.poll(() => frames.length).toBe(1)
    for (const { close } of held) close()
    await expect.poll(async () => (await ask(playground, '/rooms/lobby/short-poll')).status).toBe(200)
  })

  it('of an address that read without a token have a lower limit, and members of this address are served', async () => {
    const playground = await startPlayground({ limitLocal: true, addressReaders: 3, hold: 600_000 })
    const { log } = playground.rooms.get('lobby')
    const member = await person(playground)
    const held = await repeat(2, () => openRequest(playground, `/rooms/lobby/long-poll?after=${log.head}`))
    held.push(await openRequest(playground, '/rooms/lobby/sse'))
    await expect.poll(() => log.waiting).toBe(3)
    for (const path of ['short-poll', 'http-stream'])
      expect(await ask(playground, `/rooms/lobby/${path}`)).toMatchObject({
        status: 429,
        headers: { connection: 'close' },
        body: { limit: 3 },
      })
    const [code, reason] = await openSocket(playground).closed
    expect([code, reason]).toEqual([1008, expect.stringMatching(/ 3 connections without a token: join the room$/)])
    const headers = bearer(member.token)
    expect(await ask(playground, '/rooms/lobby/short-poll', { headers })).toMatchObject({ status: 200 })
    expect(await post(playground, member)).toMatchObject({ status: 201 })
    for (const { close } of held) close()
    await expect.poll(async () => (await ask(playground, '/rooms/lobby/short-poll')).status).toBe(200)
  })

  it('of an address include Socket.IO sessions without an open request', async () => {
    const playground = await startPlayground({ limitLocal: true, addressConnections: 5 })
    const open = () => ask(playground, '/rooms/lobby/socket-io?EIO=4&transport=polling').catch(() => ({ status: 200 }))
    const answers = await repeat(10, open)
    expect(answers.map(({ status }) => status)).toEqual([...Array<number>(5).fill(200), ...Array<number>(5).fill(429)])
  })

  it('of a process are limited, also of this machine, with 503', async () => {
    const playground = await startPlayground({ maxConnections: 4, hold: 600_000 })
    const { log } = playground.rooms.get('lobby')
    const held = await repeat(4, () => openRequest(playground, `/rooms/lobby/long-poll?after=${log.head}`))
    await expect.poll(() => log.waiting).toBe(4)
    const refused = await ask(playground, '/rooms/lobby/short-poll')
    expect(refused).toMatchObject({ status: 503, body: { type: 'full', limit: 4 } })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(await ask(playground, '/healthz')).toMatchObject({ status: 200 })
    held[0]?.close()
    await expect.poll(async () => (await ask(playground, '/rooms/lobby/short-poll')).status).toBe(200)
  })
})

describe('a client that resets its connection before its request is handled', () => {
  it.each([
    ['a read', 'GET /rooms/lobby/short-poll HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    [
      'a WebSocket',
      'GET /rooms/lobby/websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    ],
  ])('causes no error of the server by %s', async (_, request) => {
    const server = await launchServer('--limit-local', '--links', 'off')
    const { port } = new URL(server.base)
    const before = server.output()
    const reset = async () => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(request, () => socket.resetAndDestroy())
      await once(socket, 'close')
    }
    await Promise.all(Array.from({ length: 50 }, reset))
    expect((await fetch(`${server.base}/rooms/lobby/short-poll`)).status).toBe(200)
    server.child.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    expect(server.output()).toBe(before)
  })
})

describe('a client of this machine', () => {
  it('has no limits by default', async () => {
    const playground = await startPlayground({ memberPosts: 1, addressJoins: 1, memberConnections: 1 })
    const ada = await person(playground)
    expect(statuses(await repeat(20, () => post(playground, ada)), 201)).toBe(20)
    expect(statuses(await repeat(10, () => join(playground)), 201)).toBe(10)
  })

  it('has limits when a proxy forwards its requests', async () => {
    const playground = await startPlayground({ memberPosts: 1 })
    const ada = await person(playground)
    const headers = { ...bearer(ada.token), 'x-forwarded-for': '10.0.0.1' }
    const answers = await repeat(10, () => post(playground, ada, draft('x'), { headers }))
    expect(statuses(answers, 429)).toBeGreaterThan(0)
  })
})

describe('a room without members', () => {
  it('is not created by reading, and costs no other room its history', async () => {
    const playground = await startPlayground({ maxRooms: 5 })
    const ada = await person(playground, 'ada')
    await post(playground, ada, draft('keep this'))
    await ask(playground, '/rooms/lobby/members/me', { method: 'DELETE', headers: bearer(ada.token) })
    const { head } = playground.rooms.get('lobby').log
    const answers = await repeat(50, (i) => ask(playground, `/rooms/unknown-${i}/short-poll`))
    expect(statuses(answers, 200)).toBe(50)
    expect(answers[0]?.body).toEqual({ cursor: '00000000.0', events: [] })
    expect([...playground.rooms.all].map(({ name }) => name)).toEqual(['lobby'])
    expect((await ask(playground, '/rooms/lobby/short-poll')).body).toMatchObject({ cursor: head })
    expect(playground.rooms.get('lobby').hasMessages).toBe(true)
  })

  it('refuses a token with 401 and is not created', async () => {
    const playground = await startPlayground()
    const answer = await ask(playground, '/rooms/unknown/short-poll', { headers: bearer('made-up') })
    expect(answer.status).toBe(401)
    expect([...playground.rooms.all]).toEqual([])
  })

  it.each<TransportName>(['short-poll', 'long-poll', 'sse', 'http-stream', 'websocket', 'socket-io', 'snapshot-poll'])(
    'shows a reader that waits for it by %s each event from the first, without a reset',
    async (transport) => {
      const playground = await startPlayground()
      const line = transports[transport].open({
        net: playground.net,
        room: 'later',
        token: null,
        tuning: { intervalMs: 20, holdMs: 300 },
      })
      let opened: () => void = () => undefined
      const opening = new Promise<void>((resolve) => (opened = resolve))
      const reading = collect(
        (signal) => line.receive(null, signal, opened),
        (events) => events.length > 0,
      )
      await opening
      // Longer than a hold, so that the reader asks again.
      await sleep(500)
      expect(playground.rooms.size).toBe(0)
      const ada = await person(playground, 'ada', 'later')
      const { events, batches } = await reading
      expect(events).toMatchObject([{ type: 'joined', member: ada.member }])
      expect(batches.filter(({ reset }) => reset)).toEqual([])
    },
  )

  it('is released after the idle time, and is kept while a poll is held', async () => {
    const playground = await startPlayground({ roomIdle: 200, hold: 600_000 })
    for (const room of ['left', 'watched']) {
      const { token } = await person(playground, undefined, room)
      await ask(playground, `/rooms/${room}/members/me`, { method: 'DELETE', headers: bearer(token) })
    }
    const { head } = playground.rooms.get('watched').log
    const { close } = await openRequest(playground, `/rooms/watched/long-poll?after=${head}`)
    await expect.poll(() => [...playground.rooms.all].map(({ name }) => name)).toEqual(['watched'])
    close()
    await expect.poll(() => playground.rooms.size).toBe(0)
  })

  it('makes way for a new room at the limit before a room with messages', async () => {
    const playground = await startPlayground({ maxRooms: 3 })
    for (const room of ['history', 'empty', 'used']) {
      const ada = await person(playground, undefined, room)
      const headers = bearer(ada.token)
      if (room === 'history')
        await ask(playground, `/rooms/${room}/messages`, { method: 'POST', headers, body: draft('x') })
      if (room !== 'used') await ask(playground, `/rooms/${room}/members/me`, { method: 'DELETE', headers })
    }
    await person(playground, undefined, 'new')
    expect([...playground.rooms.all].map(({ name }) => name)).toEqual(['history', 'used', 'new'])
  })
})

describe('the memory of histories', () => {
  it('is limited in bytes for a room, and a reader that falls behind gets reset', async () => {
    const playground = await startPlayground({ retainBytes: 65_536 })
    const ada = await person(playground)
    await repeat(60, () => post(playground, ada, draft('😀'.repeat(1000))))
    const { log } = playground.rooms.get('lobby')
    const behind = await ask(playground, `/rooms/lobby/short-poll?after=${ada.cursor}`)
    expect(behind).toMatchObject({ body: { reset: true, cursor: log.head } })
    const { events } = log.read(null)
    expect(events.length).toBeGreaterThan(5)
    expect(events.length).toBeLessThan(20)
    expect(events.at(-1)?.seq).toBe(61)
  })

  it('is limited in bytes for all rooms, and the largest room drops its oldest events', async () => {
    const playground = await startPlayground({ retainTotal: 65_536 })
    const ada = await person(playground)
    await post(playground, ada, draft('small'))
    const flooder = await person(playground, undefined, 'flooded')
    const headers = bearer(flooder.token)
    await repeat(60, () =>
      ask(playground, '/rooms/flooded/messages', { method: 'POST', headers, body: draft('😀'.repeat(1000)) }),
    )
    expect(playground.rooms.get('flooded').log.read(null).events.length).toBeLessThan(20)
    expect((await ask(playground, `/rooms/lobby/short-poll?after=${ada.cursor}`)).body).toMatchObject({
      events: [{ text: 'small' }],
    })
  })
})

describe('GET /members', () => {
  const idsOf = (body: unknown) => (body as { id: string }[]).map(({ id }) => id)

  it('has all members once in pages that Link names, also when a member leaves between two pages', async () => {
    const playground = await startPlayground()
    const room = playground.rooms.get('lobby')
    const tokens = new Map<string, string>()
    for (let i = 0; i < 25; i++) {
      const { member, token } = await room.join(`member-${i}`, undefined)
      tokens.set(member.id, token)
    }
    const seen: string[] = []
    let query: string | undefined = '?limit=10'
    while (query !== undefined) {
      const { status, headers, body } = await ask(playground, `/rooms/lobby/members${query}`)
      expect(status).toBe(200)
      const page = idsOf(body)
      expect(page.length).toBeLessThanOrEqual(10)
      seen.push(...page)
      query = /^<(\?[^>]+)>; rel="next"$/.exec(String(headers['link'] ?? ''))?.[1]
      const token = tokens.get(page.at(-1) ?? '') ?? ''
      if (query !== undefined)
        await ask(playground, '/rooms/lobby/members/me', { method: 'DELETE', headers: bearer(token) })
    }
    expect(seen.toSorted()).toEqual([...tokens.keys()].toSorted())
    expect(room.roster).toHaveLength(23)
  })

  it('has at most 1,000 members by default, and a client reads all', async () => {
    const playground = await startPlayground()
    const room = playground.rooms.get('lobby')
    for (let i = 0; i < 1001; i++) await room.join(`member-${i}`, undefined)
    const { headers, body } = await ask(playground, '/rooms/lobby/members')
    expect(body).toHaveLength(1000)
    expect(headers['link']).toContain('rel="next"')
    const members = await readRoster(playground.net, 'lobby')
    expect(members).toHaveLength(1001)
    expect(new Set(members.map(({ id }) => id)).size).toBe(1001)
  })

  it('has the members in the order of joining when one page has all', async () => {
    const playground = await startPlayground()
    const joined = await repeat(20, () => person(playground))
    const { headers, body } = await ask(playground, '/rooms/lobby/members?limit=20')
    expect(idsOf(body)).toEqual(joined.map(({ member }) => member.id))
    expect(headers['link']).toBeUndefined()
  })

  it.each(['limit=0', 'limit=1001', 'limit=x', `after=${'x'.repeat(65)}`])(
    'with %s is refused with 400',
    async (query) => {
      const { status, body } = await ask(await startPlayground(), `/rooms/lobby/members?${query}`)
      expect(status).toBe(400)
      expect(body).toMatchObject({ type: 'invalid', field: query.split('=')[0] })
    },
  )
})

describe('the roster in the answer to a join', () => {
  it('has at most 100 members and their number, and a client has all members', async () => {
    const playground = await startPlayground()
    for (let i = 0; i < 119; i++) await playground.rooms.get('lobby').join(`member-${i}`, undefined)
    const last = await person(playground, 'last')
    expect(last.roster).toHaveLength(100)
    expect(last.memberCount).toBe(120)
    const { session } = watch(playground, last, 'long-poll')
    await expect.poll(() => session.roster.size).toBe(120)
  })
})
