import { describe, expect, it, onTestFinished } from 'vitest'
import { leave } from '../../src/client/members.ts'
import { RoomMember } from '../../src/client/room-member.ts'
import type { Arrival } from '../../src/client/room-member-options.ts'
import type { SessionState } from '../../src/client/session-state.ts'
import type { Net } from '../../src/client/transports/transport.ts'
import { openLink, type Link } from '../../src/link/link.ts'
import { join } from '../../src/node/index.ts'
import { nodeNet } from '../../src/node/net.ts'
import { TRANSPORTS, type Problem, type RoomEvent, type TransportName } from '../../src/protocol.ts'
import type { Config } from '../../src/server/config/settings.ts'
import { LONG } from '../support/long.ts'
import { draft, person, startPlayground, textsOf, watch, type TestPlayground } from '../support/playground.ts'
import { lastingPort } from '../support/port.ts'
import { readTexts } from '../support/read-texts.ts'

const HEARTBEAT_MS = 400
const SILENT_AFTER_MS = 2.5 * HEARTBEAT_MS

async function startBehindLink(config: Partial<Config>): Promise<{ playground: TestPlayground; link: Link; net: Net }> {
  const playground = await startPlayground(config)
  const link = await openLink({ to: { port: playground.port } })
  onTestFinished(() => link.close())
  return { playground, link, net: nodeNet(link.url) }
}

function follow(net: Net, transport: TransportName) {
  const seen = {
    arrivals: [] as Arrival[],
    states: [] as SessionState[],
    ended: [] as Problem[],
    events: [] as RoomEvent[],
  }
  let resets = 0
  const member = new RoomMember({
    net,
    room: 'lobby',
    transport,
    name: 'ada',
    rejoin: 'when-forgotten',
    tuning: { intervalMs: 20, holdMs: 200 },
    observer: {
      joined: (_membership, arrival) => seen.arrivals.push(arrival),
      ended: (problem) => seen.ended.push(problem),
      state: (state) => seen.states.push(state),
      events: (events, isReset) => {
        if (isReset) resets += 1
        seen.events.push(...events)
      },
    },
  })
  onTestFinished(() => member.leave().catch(() => undefined))
  return { ...seen, member, resets: () => resets, texts: () => textsOf(seen.events) }
}

const isOpen = (member: RoomMember) => expect.poll(() => member.state.name).toBe('open')

describe('a connection that dies without a word while its client only reads', () => {
  it.each(['websocket', 'sse', 'http-stream', 'socket-io'] as const)(
    'is opened again at its cursor: %s',
    async (transport) => {
      const { playground, link, net } = await startBehindLink({ heartbeat: HEARTBEAT_MS })
      const ben = watch(playground, await person(playground, 'ben'), 'websocket')
      const ada = follow(net, transport)
      await isOpen(ada.member)
      ben.session.send('before')
      await expect.poll(ada.texts).toEqual(['before'])
      const statesBefore = ada.states.length
      const silentAt = performance.now()
      link.silence(true)
      ben.session.send('in the silence')
      // The first wait may be shorter than an interval of a poll.
      const states = () => ada.states.slice(statesBefore).map(({ name }) => name)
      await expect.poll(states, { timeout: SILENT_AFTER_MS + 10_000 }).toContain('waiting')
      expect(performance.now() - silentAt).toBeGreaterThan(HEARTBEAT_MS)
      // Idle connections of the pool are dead too, and show it.
      link.silence(false)
      link.reset()
      await expect.poll(ada.texts, { timeout: 10_000 }).toEqual(['before', 'in the silence'])
      expect([ada.resets(), ada.arrivals]).toEqual([0, ['joined']])
    },
    30_000,
  )

  it('stays open as long as heartbeats arrive, by each transport that has heartbeats', LONG, async () => {
    // A busy machine may stall for more than a second.
    const playground = await startPlayground({ heartbeat: 1000 })
    const followed = (['websocket', 'sse', 'http-stream', 'socket-io'] as const).map((transport) => ({
      transport,
      ada: follow(playground.net, transport),
    }))
    for (const { ada } of followed) await isOpen(ada.member)
    await new Promise((resolve) => setTimeout(resolve, 3500))
    for (const { transport, ada } of followed)
      expect([transport, ada.states.map(({ name }) => name)]).toEqual([transport, ['connecting', 'connecting', 'open']])
  })

  it('is replaced at once when the network or the user is back', async () => {
    const { playground, link, net } = await startBehindLink({ heartbeat: 60_000 })
    const ben = watch(playground, await person(playground, 'ben'), 'websocket')
    const ada = follow(net, 'websocket')
    await isOpen(ada.member)
    link.silence(true)
    link.silence(false)
    ben.session.send('in the silence')
    await expect.poll(ben.texts).toEqual(['in the silence'])
    ada.member.reconnect()
    await expect.poll(ada.texts, { timeout: 15_000 }).toEqual(['in the silence'])
    const statesBefore = ada.states.length
    link.reset()
    // The first wait may be shorter than an interval of a poll.
    await expect.poll(() => ada.states.slice(statesBefore).map(({ name }) => name)).toContain('waiting')
    ada.member.wake()
    await isOpen(ada.member)
  })
})

describe('a member that was away for longer than its lease', () => {
  it.each(TRANSPORTS)(
    'joins again under its name and continues at its cursor: %s',
    async (transport) => {
      const { playground, link, net } = await startBehindLink({ lease: 300 })
      const ben = watch(playground, await person(playground, 'ben'), 'websocket')
      const ada = follow(net, transport)
      await isOpen(ada.member)
      ben.session.send('before')
      await expect.poll(ada.texts).toEqual(['before'])
      link.cut(10_000)
      await expect
        .poll(() => ben.events.some((event) => event.type === 'left' && event.reason === 'lease'), { timeout: 5000 })
        .toBe(true)
      ben.session.send('meanwhile')
      ada.member.send('written meanwhile')
      await expect.poll(ben.texts).toContain('meanwhile')
      await link.close()
      const again = await openLink({ to: { port: playground.port }, port: link.port })
      onTestFinished(() => again.close())
      ada.member.retry()
      await expect.poll(ada.texts, { timeout: 10_000 }).toEqual(['before', 'meanwhile', 'written meanwhile'])
      expect(ada.ended).toMatchObject([{ status: 410, type: 'member-ended', reason: 'lease' }])
      expect([ada.arrivals, ada.resets(), ada.member.member?.name]).toEqual([['joined', 'rejoined'], 0, 'ada'])
      expect(ada.states.map(({ name }) => name)).not.toContain('closed')
    },
    20_000,
  )

  it('stays ended when it left by another connection', async () => {
    const playground = await startPlayground()
    const ada = follow(playground.net, 'sse')
    await isOpen(ada.member)
    const ben = watch(playground, await person(playground, 'ben'), 'websocket')
    ben.session.send('hello')
    await expect.poll(ada.texts).toEqual(['hello'])
    await leave(playground.net, 'lobby', ada.member.token ?? '')
    await expect.poll(() => ada.member.state).toMatchObject({ name: 'closed', problem: { status: 410 } })
    expect(ada.ended[0]).not.toHaveProperty('reason')
  })
})

describe('several restarts of the server in a row', () => {
  it('never end a member', { ...LONG, timeout: 60_000 }, async () => {
    let playground = await startPlayground({}, await lastingPort())
    const ada = follow(playground.net, 'websocket')
    await isOpen(ada.member)
    for (let restarts = 1; restarts <= 5; restarts++) {
      await playground.close()
      playground = await startPlayground({}, playground.port)
      ada.member.retry()
      // Restarted again as soon as the member is back, before it has received events.
      await expect.poll(() => playground.rooms.get('lobby').roster.length, { timeout: 10_000, interval: 1 }).toBe(1)
    }
    ada.member.send('still here')
    await expect.poll(ada.texts, { timeout: 10_000 }).toEqual(['still here'])
    expect(ada.states.map(({ name }) => name)).not.toContain('closed')
  })
})

describe('a program', () => {
  it('continues after a restart of the server, and calls onRejoined', async () => {
    const playground = await startPlayground({}, await lastingPort())
    const rejoined: unknown[] = []
    const ada = await join(playground.base, {
      name: 'ada',
      onRejoined: ({ name }, { status }) => rejoined.push([name, status]),
    })
    onTestFinished(() => ada.close().catch(() => undefined))
    await ada.send('before')
    expect(await readTexts(ada, 1)).toEqual(['before'])
    await playground.close()
    const sending = ada.send('across the restart')
    await startPlayground({}, playground.port)
    expect((await sending).seq).toBe(2)
    expect(await readTexts(ada, 1)).toEqual(['across the restart'])
    expect(rejoined).toEqual([['ada', 401]])
  })

  it('gets another name after a long absence when another member has taken its name, and calls onRejoined', async () => {
    const { playground, link } = await startBehindLink({ lease: 300 })
    const rejoined: unknown[] = []
    const ada = await join(link.url, {
      name: 'ada',
      onRejoined: ({ name }, { reason }) => rejoined.push([name, reason]),
    })
    onTestFinished(() => ada.close().catch(() => undefined))
    await ada.send('before')
    expect(await readTexts(ada, 1)).toEqual(['before'])
    link.cut(60_000)
    await expect.poll(() => playground.rooms.get('lobby').roster.length).toBe(0)
    const other = await person(playground, 'Ada')
    const room = playground.rooms.get('lobby')
    const membership = await room.membershipByToken(other.token)
    // A lease does not run out while a connection is open.
    const connection = room.connect(membership)
    onTestFinished(() => connection.end())
    await room.post(membership, draft('in between'))
    const sending = ada.send('written in between')
    await link.close()
    const again = await openLink({ to: { port: playground.port }, port: link.port })
    onTestFinished(() => again.close())
    await sending
    expect(await readTexts(ada, 2)).toEqual(['in between', 'written in between'])
    expect(rejoined).toEqual([[ada.member.name, 'lease']])
    expect(ada.member.name).not.toBe('ada')
  })

  it('begins at the cursor of an earlier client', async () => {
    const playground = await startPlayground()
    const [first, ben] = [await join(playground.base), await join(playground.base)]
    await ben.send('one')
    expect(await readTexts(first, 1)).toEqual(['one'])
    const { cursor } = first
    await first.close()
    await ben.send('two')
    const second = await join(playground.base, cursor === null ? {} : { cursor })
    expect(await readTexts(second, 1)).toEqual(['two'])
    await Promise.all([second.close(), ben.close()])
  })
})
