import { describe, expect, it, onTestFinished } from 'vitest'
import { leave } from '../../src/client/members.ts'
import { RoomMember } from '../../src/client/room-member.ts'
import type { Arrival, RoomMemberOptions } from '../../src/client/room-member-options.ts'
import { ConnectionError, type Net } from '../../src/client/transports/transport.ts'
import { openLink } from '../../src/link/link.ts'
import { nodeNet } from '../../src/node/net.ts'
import { TRANSPORTS, type Ack, type Batch, type Draft, type Problem, type RoomEvent } from '../../src/protocol.ts'
import { draft, person, startPlayground, textsOf, watch, type TestPlayground } from '../support/playground.ts'
import { lastingPort } from '../support/port.ts'

/** A member and all that its observer was called with. */
interface Observed {
  member: RoomMember
  arrivals: { arrival: Arrival; id: string; name: string }[]
  states: string[]
  ended: Problem[]
  events: RoomEvent[]
  acknowledged: Draft[]
  refused: Draft[]
  resets: () => number
  texts: () => string[]
}

function observe({ net }: { net: Net }, options: Partial<RoomMemberOptions> = {}): Observed {
  const observed: Omit<Observed, 'member' | 'resets' | 'texts'> = {
    arrivals: [],
    states: [],
    ended: [],
    events: [],
    acknowledged: [],
    refused: [],
  }
  let resets = 0
  const member = new RoomMember({
    net,
    room: 'lobby',
    transport: 'websocket',
    rejoin: 'when-forgotten',
    tuning: { intervalMs: 20 },
    ...options,
    observer: {
      joined: ({ member: { id, name } }, arrival) => observed.arrivals.push({ arrival, id, name }),
      ended: (problem) => observed.ended.push(problem),
      state: ({ name }) => observed.states.push(name),
      events: (events, isReset) => {
        if (isReset) resets += 1
        observed.events.push(...events)
      },
      acknowledged: (acknowledged) => observed.acknowledged.push(acknowledged),
      refused: (refused) => observed.refused.push(refused),
      ...options.observer,
    },
  })
  // Refused where the server is closed already.
  onTestFinished(() => member.leave().catch(() => undefined))
  return { ...observed, member, resets: () => resets, texts: () => textsOf(observed.events) }
}

/** A promise and how it is settled. */
function later<T>() {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => (resolve = settle))
  return { promise, resolve }
}

const urlOf = (input: string | URL | Request) => (input instanceof Request ? input.url : String(input))

/** The same net, with the URLs that were asked for. */
function recorded(net: Net): { net: Net; urls: string[] } {
  const urls: string[] = []
  class RecordedSocket extends net.WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      urls.push(String(url))
    }
  }
  const fetch: Net['fetch'] = (input, init) => {
    urls.push(urlOf(input))
    return net.fetch(input, init)
  }
  const loadScript: Net['loadScript'] = (url, ...rest) => {
    urls.push(url)
    return net.loadScript(url, ...rest)
  }
  return { net: { ...net, fetch, loadScript, WebSocket: RecordedSocket }, urls }
}

const open = async ({ member }: Observed) => expect.poll(() => member.state.name).toBe('open')
const names = (playground: TestPlayground) => playground.rooms.get('lobby').roster.map(({ name }) => name)
const stored = (playground: TestPlayground) => playground.rooms.get('lobby').log.read(null).events

/** The same server at the same address, with nothing of what it knew. It was started at a `lastingPort`. */
async function restart(playground: TestPlayground): Promise<TestPlayground> {
  await playground.close()
  return startPlayground({}, playground.port)
}

describe('joining', () => {
  it('is retried until the server answers', async () => {
    const away = await startPlayground({}, await lastingPort())
    await away.close()
    const ada = observe(away, { name: 'ada' })
    await expect.poll(() => ada.states.filter((name) => name === 'waiting').length).toBeGreaterThan(1)
    expect(ada.member).toMatchObject({ token: null, member: null })
    ada.member.send('said before the server was there')
    const playground = await startPlayground({}, away.port)
    ada.member.retry()
    expect(await ada.member.waitUntilJoined()).toBe(true)
    await expect.poll(ada.texts).toEqual(['said before the server was there'])
    expect(names(playground)).toEqual(['ada'])
    // The member may read by a transport since then.
    const { id, name } = ada.member.member ?? {}
    expect(ada.arrivals).toEqual([{ arrival: 'joined', id, name }])
    expect([...ada.member.roster.values()]).toEqual([ada.member.member])
  })

  it.each([
    ['a join', false],
    ['a join whose member has left since', true],
  ])('adds one member, with its name, when the answer to %s is lost', async (_, hasLeft) => {
    const playground = await startPlayground()
    const lost = later<undefined>()
    const toLose = later<undefined>()
    let joins = 0
    const net: Net = {
      ...playground.net,
      fetch: async (input, init) => {
        const response = await playground.net.fetch(input, init)
        if (init?.method !== 'POST' || !urlOf(input).endsWith('/members') || ++joins > 1) return response
        lost.resolve(undefined)
        await toLose.promise
        throw new TypeError('the connection was lost')
      },
    }
    const ada = observe({ net }, { name: 'ada' })
    await lost.promise
    const lobby = playground.rooms.get('lobby')
    const [member] = lobby.roster
    const membership = await lobby.membershipById(String(member?.id))
    if (membership && hasLeft) await lobby.leave(membership)
    toLose.resolve(undefined)
    expect(await ada.member.waitUntilJoined()).toBe(true)
    await open(ada)
    expect(names(playground)).toEqual(['ada'])
    expect(ada.member.member?.id === member?.id).toBe(!hasLeft)
    expect(joins).toBe(hasLeft ? 3 : 2)
  })

  it('uses an invented name when the requested name is taken, and keeps it', async () => {
    const playground = await startPlayground({}, await lastingPort())
    await person(playground, 'ada')
    const ada = observe(playground, { name: 'ada' })
    expect(await ada.member.waitUntilJoined()).toBe(true)
    await open(ada)
    const invented = ada.member.member?.name
    expect(names(playground)).toEqual(['ada', invented])
    await restart(playground)
    await expect.poll(() => ada.arrivals.map(({ name }) => name)).toEqual([invented, invented])
  })

  it('ends with a refusal that a retry would get too', async () => {
    const ada = observe(await startPlayground(), { name: '-' })
    expect(await ada.member.waitUntilJoined()).toBe(false)
    expect(ada.member.state).toMatchObject({ name: 'closed', problem: { status: 400, field: 'name' } })
  })

  it('starts after the history or with the history', async () => {
    const playground = await startPlayground()
    const ben = watch(playground, await person(playground, 'ben'), 'websocket')
    ben.session.send('before')
    await expect.poll(ben.texts).toEqual(['before'])
    const [late, reader] = [observe(playground), observe(playground, { history: true })]
    await Promise.all([open(late), open(reader)])
    ben.session.send('after')
    await expect.poll(reader.texts).toEqual(['before', 'after'])
    await expect.poll(late.texts).toEqual(['after'])
  })
})

describe('resuming', () => {
  it('continues as the same member and sends the rest of the outbox once', async () => {
    const playground = await startPlayground()
    const { member, token, cursor } = await person(playground, 'ada')
    const drafts = [draft('first'), draft('second')]
    const ada = observe(playground, { resume: { member, token, cursor }, drafts })
    expect(ada.member).toMatchObject({ member, token })
    await expect.poll(ada.texts).toEqual(['first', 'second'])
    await expect.poll(() => ada.acknowledged).toEqual(drafts)
    expect(ada.arrivals).toEqual([{ arrival: 'resumed', ...member }])
    expect(stored(playground).map(({ type }) => type)).toEqual(['joined', 'message', 'message'])
  })

  it('joins as a new member when the token has expired, and does not report a rejoin', async () => {
    const playground = await startPlayground()
    const { member, token } = await person(playground, 'ada')
    await leave(playground.net, 'lobby', token)
    const ada = observe(playground, { resume: { member, token }, history: true })
    await expect.poll(() => ada.arrivals).toMatchObject([{ arrival: 'resumed' }, { arrival: 'joined', name: 'ada' }])
    expect(ada.ended).toMatchObject([{ status: 410 }])
  })
})

describe('a member ended by the server', () => {
  it.each(TRANSPORTS)('rejoins under the same name when the server has forgotten it: %s', async (transport) => {
    const first = await startPlayground({}, await lastingPort())
    const ada = observe(first, { name: 'ada', transport, history: true })
    await ada.member.waitUntilJoined()
    await ada.member.rename('eve')
    ada.member.send('before')
    await expect.poll(ada.texts).toEqual(['before'])
    await first.close()
    ada.member.send('while it was away')
    const second = await startPlayground({}, first.port)
    await expect.poll(ada.texts).toEqual(['before', 'while it was away'])
    await expect.poll(() => ada.member.outbox).toEqual([])
    const [former, present] = ada.arrivals
    expect(former).toMatchObject({ arrival: 'joined', name: 'ada' })
    expect(present).toMatchObject({ arrival: 'rejoined', name: 'eve', id: ada.member.member?.id })
    expect(present?.id).not.toBe(former?.id)
    expect(ada.ended).toMatchObject([{ status: 401 }])
    expect(ada.resets()).toBe(1)
    expect(ada.states).not.toContain('closed')
    expect(stored(second)).toMatchObject([{ type: 'joined' }, { type: 'message', from: { id: present?.id } }])
  })

  it('does not rejoin and drops the request when it asked for its end and the server had forgotten it', async () => {
    const playground = await startPlayground({}, await lastingPort())
    const ada = observe(playground, { name: 'ada' })
    await open(ada)
    await playground.close()
    await expect.poll(() => ada.member.state.name).toBe('waiting')
    ada.member.send('/close')
    await startPlayground({}, playground.port)
    await expect.poll(() => ada.member.state).toMatchObject({ name: 'closed', problem: { status: 401 } })
    expect(ada.member.outbox).toEqual([])
    ada.member.rejoin()
    ada.member.send('back')
    await expect.poll(ada.texts).toEqual(['back'])
    expect(ada.ended).toHaveLength(1)
  })

  it('rejoins when a jsonp-poll without a token is the first to learn of the end', async () => {
    const first = await startPlayground({}, await lastingPort())
    const polled = later<true>()
    let isRestarted = false
    const net: Net = {
      ...first.net,
      fetch: async (input, init) => {
        if (isRestarted && urlOf(input).endsWith('/members/me')) await polled.promise
        return first.net.fetch(input, init)
      },
      loadScript: async (...args) => {
        const answer = await first.net.loadScript(...args)
        if (isRestarted) polled.resolve(true)
        return answer
      },
    }
    const ada = observe({ net }, { name: 'ada', transport: 'jsonp-poll' })
    await open(ada)
    ada.member.send('hello')
    await expect.poll(ada.texts).toEqual(['hello'])
    await first.close()
    isRestarted = true
    await startPlayground({}, first.port)
    await expect.poll(() => ada.arrivals.map(({ arrival }) => arrival)).toEqual(['joined', 'rejoined'])
    expect(ada.ended).toMatchObject([{ status: 401 }])
  })

  it('does not rejoin with the policy `never` until rejoin is called', async () => {
    const playground = await startPlayground({}, await lastingPort())
    const ada = observe(playground, { name: 'ada', rejoin: 'never' })
    await open(ada)
    await restart(playground)
    await expect.poll(() => ada.member.state).toMatchObject({ name: 'closed', problem: { status: 401 } })
    expect(ada.member.token).toBeNull()
    ada.member.send('kept')
    ada.member.rejoin()
    await expect.poll(ada.texts).toEqual(['kept'])
    expect(ada.arrivals).toMatchObject([{ arrival: 'joined' }, { arrival: 'joined', name: 'ada' }])
  })

  it.each([
    ['when-forgotten', 'closed', 1],
    ['always', 'open', 2],
  ] as const)('whose lease was ended is %s: %s', async (rejoin, state, memberships) => {
    const playground = await startPlayground()
    const ada = observe(playground, { name: 'ada', rejoin })
    await open(ada)
    ada.member.send('hello')
    await expect.poll(ada.texts).toEqual(['hello'])
    await leave(playground.net, 'lobby', ada.member.token ?? '')
    await expect.poll(() => ada.ended).toMatchObject([{ status: 410 }])
    await expect.poll(() => ada.member.state.name).toBe(state)
    expect(ada.arrivals).toHaveLength(memberships)
  })

  it('does not rejoin after its own request, and does not repeat the request after a later rejoin', async () => {
    const playground = await startPlayground()
    const ada = observe(playground, { name: 'ada' })
    await open(ada)
    expect(ada.member.isEndAsked).toBe(false)
    ada.member.send('/close')
    await expect.poll(() => ada.member.state).toMatchObject({ name: 'closed', problem: { type: 'member-ended' } })
    expect(ada.member).toMatchObject({ isEndAsked: true, outbox: [] })
    ada.member.rejoin()
    ada.member.send('back')
    await expect.poll(ada.texts).toEqual(['back'])
    expect(ada.member).toMatchObject({ isEndAsked: false, state: { name: 'open' } })
  })
})

describe('a replaced membership', () => {
  const gone = () => Response.json({ type: 'member-ended', title: '', status: 410, detail: '' }, { status: 410 })

  /** A member whose first post and poll are answered by the test, even after they were aborted. */
  async function startWithHeldAnswers() {
    const playground = await startPlayground()
    const [poll, post, posted] = [later<Response>(), later<Response>(), later<Draft>()]
    const first = { token: '' }
    const net: Net = {
      ...playground.net,
      fetch: (input, init) => {
        const url = urlOf(input)
        const isFirst = new Headers(init?.headers).get('authorization') === `Bearer ${first.token}`
        if (isFirst && url.includes('/long-poll?after=')) return poll.promise
        if (!isFirst || !url.endsWith('/messages')) return playground.net.fetch(input, init)
        posted.resolve(JSON.parse(init?.body as string) as Draft)
        return post.promise
      },
    }
    const ada = observe({ net }, { transport: 'long-poll', history: true, rejoin: 'always' })
    await ada.member.waitUntilJoined()
    first.token = ada.member.token ?? ''
    const { id } = ada.member.send('hello')
    expect(await posted.promise).toMatchObject({ id })
    const isReplaced = async () => {
      await expect.poll(ada.texts).toEqual(['hello'])
      expect(stored(playground)).toMatchObject([
        { type: 'joined' },
        { type: 'joined' },
        { type: 'message', id, from: { id: ada.member.member?.id, name: ada.member.member?.name } },
      ])
      await expect.poll(() => ada.acknowledged).toMatchObject([{ id }])
    }
    const isUndisturbed = async () => {
      ada.member.send('still here')
      await expect.poll(ada.texts).toEqual(['hello', 'still here'])
      await expect.poll(() => ada.acknowledged.map(({ text }) => text)).toEqual(['hello', 'still here'])
      expect([ada.refused, ada.member.state, ada.arrivals.length]).toEqual([[], { name: 'open' }, 2])
    }
    return { playground, ada, poll, post, id, isReplaced, isUndisturbed }
  }

  it('passes its draft to the next membership and ignores the answer to its own attempt', async () => {
    const { poll, post, id, isReplaced, isUndisturbed } = await startWithHeldAnswers()
    poll.resolve(gone())
    await isReplaced()
    post.resolve(Response.json({ id, seq: 7 } satisfies Ack))
    await isUndisturbed()
  })

  it('delivers no more events', async () => {
    const { playground, ada, poll, post, isReplaced, isUndisturbed } = await startWithHeldAnswers()
    post.resolve(gone())
    await isReplaced()
    const from = { id: 'ghost', name: 'ghost' }
    const events = [{ type: 'message' as const, seq: 1000, id: 'ghost', at: 0, from, text: 'boo' }]
    poll.resolve(Response.json({ cursor: '00000000.1000', events } satisfies Batch))
    await isUndisturbed()
    expect(ada.member.cursor).toBe(playground.rooms.get('lobby').log.head)
  })
})

describe('a member in the room', () => {
  it('continues over another transport and network with no event lost or doubled', async () => {
    const playground = await startPlayground()
    const link = await openLink({ to: { port: playground.port }, profile: { delayMs: 1 }, seed: 1 })
    onTestFinished(() => link.close())
    const ways = { near: recorded(playground.net), far: recorded(nodeNet(link.url)) }
    const ben = watch(playground, await person(playground, 'ben'), 'websocket')
    const ada = observe(playground, { connectionNet: ways.near.net })
    await open(ada)
    const said: string[] = []
    // First in haste, while the line is not open yet or a message is on its way; then only once the line is in use.
    for (const isSettled of [false, true]) {
      for (const transport of TRANSPORTS) {
        for (const way of ['far', 'near'] as const) {
          const where = `${transport} ${way} ${isSettled}`
          ada.member.send(`before ${where}`)
          ada.member.use(transport)
          ada.member.connectOver(ways[way].net)
          ben.session.send(`ben ${where}`)
          ada.member.send(`by ${where}`)
          said.push(`before ${where}`, `by ${where}`)
          if (isSettled) await expect.poll(() => ada.member.outbox).toEqual([])
        }
      }
    }
    await expect.poll(ben.texts).toHaveLength(1.5 * said.length)
    await expect.poll(ada.texts).toEqual(ben.texts())
    expect(ada.texts().filter((text) => !text.startsWith('ben'))).toEqual(said)
    for (const { urls } of [ways.far, ways.near]) {
      for (const transport of TRANSPORTS) expect(urls.some((url) => url.includes(`/lobby/${transport}`))).toBe(true)
    }
    expect([ada.resets(), ada.arrivals.length, names(playground)]).toEqual([0, 1, ['ben', ada.member.member?.name]])
  })

  it('uses a new interval at once', async () => {
    const playground = await startPlayground()
    const near = recorded(playground.net)
    const ada = observe({ net: near.net }, { transport: 'short-poll', tuning: { intervalMs: 3_600_000 } })
    await open(ada)
    ada.member.tune({ intervalMs: 10 })
    await expect.poll(() => near.urls.filter((url) => url.includes('/short-poll')).length).toBeGreaterThan(3)
  })

  it('leaves the roster at once and delivers no more events when it leaves', async () => {
    const playground = await startPlayground()
    const ben = watch(playground, await person(playground, 'ben'), 'websocket')
    const ada = observe(playground, { name: 'ada' })
    await open(ada)
    await ada.member.leave()
    expect(names(playground)).toEqual(['ben'])
    expect(ada.member).toMatchObject({ token: null, state: { name: 'closed' } })
    expect(ada.states.at(-1)).toBe('closed')
    const heard = ada.events.length
    ben.session.send('are you there?')
    await expect.poll(ben.texts).toEqual(['are you there?'])
    ada.member.rejoin()
    await ada.member.leave()
    expect([ada.events.length, names(playground)]).toEqual([heard, ['ben']])
  })

  it('leaves no member behind when it leaves during the join', async () => {
    const playground = await startPlayground()
    const [asked, gate] = [later<true>(), later<true>()]
    const net: Net = {
      ...playground.net,
      fetch: async (...args) => {
        const response = await playground.net.fetch(...args)
        asked.resolve(true)
        await gate.promise
        return response
      },
    }
    const ada = observe({ net }, { name: 'ada' })
    await asked.promise
    const leaving = ada.member.leave()
    expect(names(playground)).toEqual(['ada'])
    gate.resolve(true)
    await leaving
    expect(names(playground)).toEqual([])
    expect([await ada.member.waitUntilJoined(), ada.arrivals]).toEqual([false, []])
  })

  it('leaves at once while it waits to join, also when the server is unreachable', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [observe(playground), observe({ net: nodeNet('http://127.0.0.1:1') })]
    await open(ada)
    await expect.poll(() => ben.states).toContain('waiting')
    await ben.member.leave()
    expect(await ben.member.waitUntilJoined()).toBe(false)
    await playground.close()
    await expect(ada.member.leave()).rejects.toBeInstanceOf(ConnectionError)
  })
})
