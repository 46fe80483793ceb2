import { get } from 'node:http'
import { describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { transports } from '../../src/client/transports/index.ts'
import { LIMITS } from '../../src/protocol.ts'
import { draft, person, startPlayground, type TestPlayground } from '../support/playground.ts'

interface Answer {
  status: number
  headers: Headers
  body: unknown
}

async function ask({ base }: TestPlayground, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(base + path, init)
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
}
const json = (body: unknown, headers: Record<string, string> = {}, method = 'POST'): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe('joining', () => {
  it('returns a member, a token, a cursor and the roster', async () => {
    const playground = await startPlayground()
    const { status, body } = await ask(playground, '/rooms/lobby/members', json({ name: 'ada' }))
    expect(status).toBe(201)
    const { member, token, cursor, roster } = body as Record<string, unknown>
    expect(member).toEqual({ id: expect.any(String) as string, name: 'ada' })
    expect(token).toMatch(/^[\w-]{22}$/)
    expect(cursor).toBe(playground.rooms.get('lobby').log.head)
    expect(roster).toEqual([member])
  })

  it('returns the same member when it is repeated with a token of the client’s choice, and 410 after the member has left', async () => {
    const playground = await startPlayground()
    const token = 'chosen-by-the-client-1'
    const join = () => ask(playground, '/rooms/lobby/members', json({ name: 'ada', token }))
    const first = await join()
    const again = await join()
    expect([first.status, again.status]).toEqual([201, 201])
    expect(again.body).toEqual(first.body)
    expect(first.body).toMatchObject({ token, memberCount: 1 })
    expect(playground.rooms.get('lobby').log.read(null).events).toHaveLength(1)
    await ask(playground, '/rooms/lobby/members/me', { method: 'DELETE', headers: bearer(token) })
    expect((await join()).status).toBe(410)
    const short = await ask(playground, '/rooms/lobby/members', json({ name: 'ben', token: 'short' }))
    expect(short).toMatchObject({ status: 400, body: { field: 'token' } })
  })

  it('keeps the mark of a bot in the roster and in its joining, and not in each of its messages', async () => {
    const playground = await startPlayground()
    const { body } = await ask(playground, '/rooms/lobby/members', json({ name: 'bot-7', bot: true }))
    const { member, token } = body as { member: { id: string }; token: string }
    const bot = { id: member.id, name: 'bot-7', bot: true }
    expect(member).toEqual(bot)
    await ask(playground, '/rooms/lobby/messages', json(draft('hello'), bearer(token)))
    const read = await ask(playground, '/rooms/lobby/short-poll', { headers: bearer(token) })
    expect(read.body).toMatchObject({
      events: [
        { type: 'joined', member: bot },
        { type: 'message', text: 'hello' },
      ],
    })
    const { events } = read.body as { events: { from?: unknown }[] }
    expect(events[1]?.from).toEqual({ id: member.id, name: 'bot-7' })
    expect((await ask(playground, '/rooms/lobby/members')).body).toEqual([{ ...bot, transport: 'short-poll' }])
  })

  it('invents a name in the accepted language when the request has no body', async () => {
    const playground = await startPlayground()
    const nameFor = async (headers: Record<string, string>) => {
      const { body } = await ask(playground, '/rooms/lobby/members', { method: 'POST', headers })
      return (body as { member: { name: string } }).member.name
    }
    expect(await nameFor({})).toMatch(/^[a-z]+-[a-z]+$/)
    expect(await nameFor({ 'accept-language': 'zh-CN,zh;q=0.9' })).toMatch(/^\p{Script=Han}+$/u)
  })

  it.each([
    ['an empty name', { name: '' }, 'name', 1],
    ['a long name', { name: 'x'.repeat(LIMITS.nameLength + 1) }, 'name', LIMITS.nameLength],
    ['a name with spaces', { name: 'a b' }, 'name', 'letters, digits, then also _ . -'],
    ['a name that hides a direction mark', { name: 'a\u202eb' }, 'name', 'letters, digits, then also _ . -'],
    ['a name with a blank letter in it', { name: 'ada\u3164' }, 'name', 'letters, digits, then also _ . -'],
    ['a name with a variation of nothing', { name: 'ada\ufe0f' }, 'name', 'letters, digits, then also _ . -'],
    ['a name that is a number', { name: 7 }, 'name', 'string'],
    ['a field that is none', { name: 'ada', admin: true }, 'admin', undefined],
    ['a list', ['ada'], 'body', 'object'],
  ])('refuses %s, naming the field and the limit', async (_, body, field, limit) => {
    const answer = await ask(await startPlayground(), '/rooms/lobby/members', json(body))
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.body).toMatchObject({
      type: 'invalid',
      status: 400,
      field,
      ...(limit === undefined ? {} : { limit }),
    })
  })

  it('gives a name to one of 100 concurrent requests, ignoring case and width', async () => {
    const playground = await startPlayground()
    const spellings = ['Ada', 'ada', 'ADA', 'ａｄａ']
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, i) => ask(playground, '/rooms/lobby/members', json({ name: spellings[i % 4] }))),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(99)
  })

  it('refuses the names reserved for the server', async () => {
    const answer = await ask(await startPlayground(), '/rooms/lobby/members', json({ name: 'System' }))
    expect(answer).toMatchObject({ status: 409, body: { type: 'name-taken', field: 'name' } })
  })

  it('answers 503 with Retry-After when a room or the server is full', async () => {
    const playground = await startPlayground({ maxMembers: 1, maxRooms: 1 })
    await person(playground)
    for (const path of ['/rooms/lobby/members', '/rooms/other/members']) {
      const answer = await ask(playground, path, { method: 'POST' })
      expect(answer).toMatchObject({ status: 503, body: { type: 'full', limit: 1 } })
      expect(answer.headers.get('retry-after')).toBe('30')
    }
  })
})

describe('a member', () => {
  it('can be renamed up to the configured number of times', async () => {
    const playground = await startPlayground({ renames: 1 })
    const [ada] = [await person(playground, 'ada'), await person(playground, 'ben')]
    const rename = (name: string) =>
      ask(playground, '/rooms/lobby/members/me', json({ name }, bearer(ada.token), 'PATCH'))
    expect(await rename('Ben')).toMatchObject({ status: 409, body: { type: 'name-taken' } })
    expect(await rename('ADA')).toMatchObject({ status: 200, body: { id: ada.member.id, name: 'ADA' } })
    expect(await rename('eve')).toMatchObject({ status: 409, body: { type: 'renames-used', limit: 1 } })
    expect((await ask(playground, '/rooms/lobby/members')).body).toMatchObject([{ name: 'ADA' }, { name: 'ben' }])
  })

  it('gets the length of its lease when it makes contact', async () => {
    const playground = await startPlayground({ lease: 9000 })
    const { member, token } = await person(playground, 'ada')
    const { status, body } = await ask(playground, '/rooms/lobby/members/me', { headers: bearer(token) })
    expect(status).toBe(200)
    expect(body).toEqual({ ...member, leaseMs: 9000 })
    expect(await ask(playground, '/rooms/lobby/members/me')).toMatchObject({ status: 401 })
  })

  it('frees its name when it leaves, and gets 410 afterwards', async () => {
    const playground = await startPlayground()
    const ada = await person(playground, 'ada')
    const me = (method: string) => ask(playground, '/rooms/lobby/members/me', { method, headers: bearer(ada.token) })
    expect(await me('DELETE')).toMatchObject({ status: 204, body: null })
    expect(await me('DELETE')).toMatchObject({ status: 410, body: { type: 'member-ended' } })
    expect(await ask(playground, '/rooms/lobby/short-poll', { headers: bearer(ada.token) })).toMatchObject({
      status: 410,
    })
    await person(playground, 'ada')
  })

  it('gets 401 without a token where a token is required', async () => {
    const playground = await startPlayground()
    const unasked = await ask(playground, '/rooms/lobby/messages', json(draft('hi')))
    expect(unasked).toMatchObject({ status: 401 })
    expect(unasked.headers.get('www-authenticate')).toBe('Bearer')
    const withBasic = json(draft('hi'), { authorization: 'Basic YTpi' })
    expect(await ask(playground, '/rooms/lobby/messages', withBasic)).toMatchObject({ status: 401 })
    const ofOtherRoom = json(draft('hi'), bearer((await person(playground, 'ada', 'other')).token))
    expect(await ask(playground, '/rooms/lobby/messages', ofOtherRoom)).toMatchObject({ status: 401 })
  })
})

describe('a message that a person cannot see', () => {
  const invisible = [
    '',
    ' ',
    '\n\t\u3000',
    '\u200b',
    '\u2060',
    '\u3164',
    '\u00ad',
    '\u2800',
    '\u2028',
    '\ufeff',
    '\u202e',
  ]

  it.each(
    [...invisible, '\u180e\u115f\uffa0', '\u{e0041}', '\u{1d159}', ' \u200b \u2800 '].map((text) =>
      JSON.stringify(text),
    ),
  )('is refused like an empty text: %s', async (written) => {
    const text = JSON.parse(written) as string
    const playground = await startPlayground()
    const { token } = await person(playground)
    const answer = await ask(playground, '/rooms/lobby/messages', json(draft(text), bearer(token)))
    expect(answer).toMatchObject({ status: 400, body: { type: 'invalid', field: 'text' } })
  })

  it.each(['a', '\u200ba', '👩‍🚀', '\u0600', '\ue000', '‌न्‍', '-'])(
    'is not one with a visible character: %s',
    async (text) => {
      const playground = await startPlayground()
      const { token } = await person(playground)
      expect((await ask(playground, '/rooms/lobby/messages', json(draft(text), bearer(token)))).status).toBe(201)
    },
  )

  it('is refused by WebSocket and Socket.IO too', async () => {
    const playground = await startPlayground()
    const { context } = await person(playground)
    for (const transport of ['websocket', 'socket-io'] as const) {
      const line = transports[transport].open(context)
      const reading = new AbortController()
      const refused = new Promise((resolve) => {
        const receive = async () => {
          const opened = () => void line.send(draft('\u2060'), reading.signal).then(resolve, resolve)
          for await (const batch of line.receive(null, reading.signal, opened)) expect(batch.cursor).toBeDefined()
        }
        receive().catch(() => undefined)
      })
      expect(await refused).toMatchObject({ problem: { status: 400, field: expect.stringMatching(/text$/) as string } })
      reading.abort(new Error('the test is over'))
    }
  })
})

describe('a message', () => {
  it('is answered 201 when new, 200 when repeated, and 409 when the id belongs to another message', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await person(playground), await person(playground)]
    const one = draft('hello')
    const say = (body: unknown, token = ada.token) =>
      ask(playground, '/rooms/lobby/messages', json(body, bearer(token)))
    const first = await say(one)
    expect(first).toMatchObject({ status: 201, body: { id: one.id, seq: 3 } })
    expect(await say(one)).toMatchObject({ status: 200, body: first.body })
    expect(await say({ ...one, text: 'other' })).toMatchObject({ status: 409, body: { type: 'id-taken', field: 'id' } })
    expect(await say(one, ben.token)).toMatchObject({ status: 409 })
    expect(await say({ ...one, to: ben.member.id })).toMatchObject({ status: 409 })
    const secret = draft('psst', ben.member.id)
    expect(await say(secret)).toMatchObject({ status: 201 })
    expect(await say(secret)).toMatchObject({ status: 200 })
    expect(await say({ id: secret.id, text: secret.text })).toMatchObject({ status: 409 })
    expect(await say({ ...secret, to: ada.member.id })).toMatchObject({ status: 409 })
  })

  it('is accepted again when it is repeated after its recipient left', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await person(playground), await person(playground)]
    const one = draft('psst', ben.member.id)
    const say = () => ask(playground, '/rooms/lobby/messages', json(one, bearer(ada.token)))
    const first = await say()
    await ask(playground, '/rooms/lobby/members/me', { method: 'DELETE', headers: bearer(ben.token) })
    expect(await say()).toMatchObject({ status: 200, body: first.body })
  })

  it('keeps any JSON text and replaces a lone surrogate', async () => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const texts = ['中文 👨‍👩‍👧‍👦 \u2028 \r\n \u0000 <script>', '\ud800 alone']
    for (const text of texts) await ask(playground, '/rooms/lobby/messages', json(draft(text), bearer(ada.token)))
    const { body } = await ask(playground, `/rooms/lobby/short-poll?after=${ada.cursor}`)
    expect((body as { events: { text: string }[] }).events.map(({ text }) => text)).toEqual([texts[0], '\ufffd alone'])
  })

  it.each([
    [
      'a body that is too large',
      JSON.stringify({ id: 'x'.repeat(9), text: 'x'.repeat(60_000) }),
      'application/json',
      413,
      { field: 'body', limit: 25_024 },
    ],
    ['a body that is no JSON', '{', 'application/json', 400],
    ['__proto__', '{"id":"12345678","text":"x","__proto__":{}}', 'application/json', 400],
    ['a form', 'text=hi', 'application/x-www-form-urlencoded', 415],
    ['plain text', 'hi', 'text/plain', 415],
  ])('is refused when it is %s', async (_, body, type, status, about?: object) => {
    const playground = await startPlayground()
    const ada = await person(playground)
    const init = { method: 'POST', headers: { ...bearer(ada.token), 'content-type': type }, body }
    expect(await ask(playground, '/rooms/lobby/messages', init)).toMatchObject({ status, body: { status, ...about } })
  })
})

describe('a poll', () => {
  it('is answered 204 without a body when no event follows, at once or after the hold', async () => {
    const [patient, brief] = [await startPlayground({ hold: 600_000 }), await startPlayground({ hold: 120 })]
    const poll = async (playground: TestPlayground, path: string) => {
      const answer = await ask(playground, `/rooms/lobby/${path}after=${(await person(playground)).cursor}`)
      expect(answer).toMatchObject({ status: 204, body: null })
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('etag')).toBeNull()
    }
    // A test ends long before that hold does.
    await poll(patient, 'short-poll?')
    await poll(patient, 'long-poll?holdMs=0&')
    const startedAt = performance.now()
    await poll(brief, 'long-poll?')
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(119)
  })

  it('answers a held request as soon as an event follows', async () => {
    const playground = await startPlayground({ hold: 60_000 })
    const ada = await person(playground)
    const held = ask(playground, `/rooms/lobby/long-poll?after=${ada.cursor}`)
    await expect.poll(() => playground.rooms.get('lobby').log.waiting).toBe(1)
    await ask(playground, '/rooms/lobby/messages', json(draft('news'), bearer(ada.token)))
    expect(await held).toMatchObject({ status: 200, body: { events: [{ text: 'news' }] } })
  })

  it.each(['nonsense', '00000000', '0.1', '00000000.-1', '00000000.01', `00000000.${'9'.repeat(20)}`])(
    'refuses the cursor %s',
    async (cursor) => {
      const answer = await ask(await startPlayground(), `/rooms/lobby/short-poll?after=${encodeURIComponent(cursor)}`)
      expect(answer).toMatchObject({ status: 400, body: { field: 'after' } })
    },
  )

  it('moves the cursor past private messages of others, also when there are no other events', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await person(playground), await person(playground)]
    await ask(playground, '/rooms/lobby/messages', json(draft('psst', ben.member.id), bearer(ada.token)))
    const answer = await ask(playground, `/rooms/lobby/short-poll?after=${ben.cursor}`)
    expect(answer).toMatchObject({ status: 200, body: { cursor: playground.rooms.get('lobby').log.head, events: [] } })
  })
})

describe('rooms', () => {
  it('share no members and no messages', async () => {
    const playground = await startPlayground()
    const [ada] = [await person(playground, 'ada', 'one'), await person(playground, 'ada', 'two')]
    await ask(playground, '/rooms/one/messages', json(draft('in one'), bearer(ada.token)))
    const { body } = await ask(playground, '/rooms/two/short-poll')
    expect((body as { events: { type: string }[] }).events.map(({ type }) => type)).toEqual(['joined'])
    expect((await ask(playground, '/rooms/two/members')).body).toHaveLength(1)
    // Another room's cursor is another epoch: told so, and never shown what is there.
    expect((await ask(playground, `/rooms/two/short-poll?after=${ada.cursor}`)).body).toMatchObject({ reset: true })
  })

  it.each(['..%2f', '%2e%2e', 'a b', 'x'.repeat(33), '-a', '大厅'])('refuse the name %s', async (name) => {
    const answer = await ask(await startPlayground(), `/rooms/${encodeURI(name).replaceAll('%25', '%')}/members`)
    expect([400, 404]).toContain(answer.status)
  })

  it('are removed when idle, so that new rooms fit', async () => {
    const playground = await startPlayground({ maxRooms: 3 })
    for (let i = 0; i < 50; i++) {
      const { token } = await person(playground, undefined, `room-${i}`)
      await ask(playground, `/rooms/room-${i}/members/me`, { method: 'DELETE', headers: bearer(token) })
    }
    expect(playground.rooms.size).toBe(3)
  })
})

describe('the server', () => {
  it('answers the health check', async () => {
    expect(await ask(await startPlayground(), '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
  })

  it('answers an unknown path with a problem body', async () => {
    const answer = await ask(await startPlayground(), '/nothing/here?token=x')
    expect(answer).toMatchObject({
      status: 404,
      body: { type: 'not-found', detail: 'there is nothing at GET /nothing/here' },
    })
  })

  it('answers 426 to a plain request on the WebSocket path', async () => {
    expect(await ask(await startPlayground(), '/rooms/lobby/websocket')).toMatchObject({ status: 426 })
  })

  it('refuses pages of other origins over HTTP and WebSocket, except the allowed origins', async () => {
    const playground = await startPlayground({ origins: 'https://friend.example' })
    const status = async (origin: string) => {
      const { status, headers } = await ask(playground, '/rooms/lobby/short-poll', { headers: { origin } })
      const mayRead = headers.get('access-control-allow-origin')
      expect(mayRead).toBe(origin === 'https://friend.example' ? origin : null)
      return status
    }
    const upgrade = (origin: string) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`${playground.base.replace('http', 'ws')}/rooms/lobby/websocket`, { origin })
        socket.on('open', () => {
          socket.close()
          resolve(101)
        })
        socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode ?? 0))
        socket.on('error', () => undefined)
      })
    for (const [origin, ok] of [
      [playground.base, true],
      ['https://friend.example', true],
      ['http://evil.example', false],
      ['null', false],
    ] as const) {
      expect(await status(origin)).toBe(ok ? 200 : 403)
      expect(await upgrade(origin)).toBe(ok ? 101 : 403)
    }
  })

  it('serves the files of the page to pages of every origin, so that the page can display a refusal', async () => {
    const playground = await startPlayground()
    const headers = { origin: 'https://chat.example' }
    for (const path of ['/', '/index.html', '/js/main.js', '/style.css']) {
      const { status } = await fetch(playground.base + path, { headers })
      expect(status, path).toBe(200)
    }
    expect((await fetch(playground.base, { headers, method: 'HEAD' })).status).toBe(200)
    for (const path of ['/about', '/docs']) expect((await ask(playground, path, { headers })).status, path).toBe(403)
  })

  it('takes the ports 80 and 443 for no port when it compares Origin and Host', async () => {
    const playground = await startPlayground({ hosts: 'chat.example' })
    for (const [origin, host, ok] of [
      ['http://localhost', 'localhost:80', true],
      ['https://chat.example', 'chat.example:443', true],
      ['https://chat.example', 'chat.example', true],
      ['https://chat.example', 'chat.example:80', true],
      ['http://chat.example:8080', 'Chat.Example:8080', true],
      ['http://[::1]:3000', '[::1]:3000', true],
      ['http://chat.example:8080', 'chat.example', false],
      ['http://chat.example', 'chat.example:8080', false],
      ['ftp://chat.example', 'chat.example', false],
      ['null', 'null', false],
    ] as const) {
      expect(await statusOf(playground, { origin, host }), `${origin} at ${host}`).toBe(ok ? 200 : 403)
    }
  })

  it('says how to set Host or --origins when a page of another origin is refused', async () => {
    const playground = await startPlayground()
    const { status, body } = await ask(playground, '/rooms/lobby/short-poll', {
      headers: { origin: 'https://chat.example' },
    })
    expect(status).toBe(403)
    const { detail } = body as { detail: string }
    expect(detail).toContain(`127.0.0.1:${playground.port}`)
    expect(detail).toContain('proxy_set_header Host $http_host')
    expect(detail).toContain('--origins https://chat.example')
  })

  it('allows origins that are not HTTP, and origins as people write them', async () => {
    const { parseSetting } = await import('../../src/server/config/settings.ts')
    const origins = 'null,file://,capacitor://localhost,chrome-extension://abcdefgh,https://Friend.example:443/'
    const playground = await startPlayground({ origins: String(parseSetting('origins', origins)) })
    const own = ['null', 'file://', 'capacitor://localhost', 'chrome-extension://abcdefgh', 'https://friend.example']
    for (const origin of own) {
      const { status, headers } = await ask(playground, '/rooms/lobby/short-poll', { headers: { origin } })
      expect([origin, status, headers.get('access-control-allow-origin')]).toEqual([origin, 200, origin])
    }
    expect(await statusOf(playground, { origin: 'capacitor://elsewhere' })).toBe(403)
    for (const wrong of ['friend.example', 'https://', 'https://a.example/path', 'a b://c', 'null,']) {
      expect(() => parseSetting('origins', wrong), wrong).toThrow(RangeError)
    }
  })
})

/** The status of a read with these headers. `fetch` does not send another Host. */
function statusOf({ port }: TestPlayground, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get({ port, host: '127.0.0.1', path: '/rooms/lobby/short-poll', headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.on('error', reject)
  })
}
