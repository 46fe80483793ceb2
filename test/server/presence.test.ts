import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { join, leave } from '../../src/client/members.ts'
import { TRANSPORTS, type LeftReason, type RoomEvent } from '../../src/protocol.ts'
import { nodeNet } from '../../src/node/net.ts'
import { LONG } from '../support/long.ts'
import { person, startPlayground, watch, type TestPlayground } from '../support/playground.ts'
import { launchServer } from '../support/servers.ts'

const names = (playground: TestPlayground) => playground.rooms.get('lobby').roster.map(({ name }) => name)
const left = (events: readonly RoomEvent[]): [string, LeftReason][] =>
  events.flatMap((event) => (event.type === 'left' ? [[event.member.name, event.reason] as [string, LeftReason]] : []))

describe('presence', () => {
  it('ends once when the lease of a silent member expires', async () => {
    const playground = await startPlayground({ lease: 1000 })
    const ada = await person(playground, 'ada')
    const { events } = watch(playground, ada, 'websocket')
    await person(playground, 'ben')
    await expect.poll(() => left(events)).toEqual([['ben', 'lease']])
    expect(names(playground)).toEqual(['ada'])
  })

  it('lasts while a member follows the room by any transport without sending', async () => {
    const playground = await startPlayground({ lease: 1500, hold: 2000 })
    const watchers = []
    for (const transport of TRANSPORTS) {
      const who = await person(playground, transport)
      // Held by another line until this one is open: on a busy machine that may take longer than the lease.
      const held = watch(playground, who, 'websocket')
      const watcher = watch(playground, who, transport)
      await expect.poll(() => watcher.session.state.name).toBe('open')
      held.session.close()
      watchers.push(watcher)
    }
    // Two leases of a silent member, one after the other: during that time the others stay.
    for (const name of ['ben', 'eve']) {
      await person(playground, name)
      for (const { events } of watchers) await expect.poll(() => left(events).at(-1)).toEqual([name, 'lease'])
    }
    expect(names(playground)).toEqual(TRANSPORTS)
  })

  it('continues for members whom a stalled server could not hear', LONG, async () => {
    const leaseMs = 1000
    const { base, child } = await launchServer('--lease', String(leaseMs))
    const net = nodeNet(base)
    const ada = watch({ net }, await join(net, 'lobby', { name: 'ada' }), 'short-poll')
    await join(net, 'lobby', { name: 'ben' })
    await expect.poll(() => ada.events.map(({ type }) => type)).toContain('joined')
    child.kill('SIGSTOP')
    onTestFinished(() => void child.kill('SIGCONT'))
    await sleep(2 * leaseMs)
    child.kill('SIGCONT')
    // Leases do run out here.
    await expect.poll(() => left(ada.events)).toEqual([['ben', 'lease']])
    expect(ada.session.state).toEqual({ name: 'open' })
  })

  it('ends for a reader without a token when the member is ended, and its session reports this', async () => {
    const playground = await startPlayground({ lease: 500 })
    const ada = await person(playground, 'ada')
    const { session } = watch(playground, ada, 'jsonp-poll', { tuning: { intervalMs: 60_000 } })
    await expect.poll(() => session.state.name).toBe('open')
    await leave(playground.net, 'lobby', ada.token)
    await expect.poll(() => session.state).toMatchObject({ name: 'closed', problem: { status: 410 } })
  })

  it('is unchanged by a switch between any two transports: no left and no joined event', LONG, async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await person(playground, 'ada'), await person(playground, 'ben')]
    const [watcher, switcher] = [watch(playground, ada, 'websocket'), watch(playground, ben, 'websocket')]
    for (const from of TRANSPORTS) {
      for (const to of TRANSPORTS) {
        for (const transport of [from, to]) {
          switcher.session.use(transport)
          switcher.session.send(`by ${transport}`)
          await expect.poll(() => switcher.session.outbox).toEqual([])
        }
      }
    }
    await expect.poll(() => watcher.texts()).toHaveLength(TRANSPORTS.length ** 2 * 2)
    // ada's cursor is from before ben came.
    expect(watcher.events.filter(({ type }) => type !== 'message')).toMatchObject([
      { type: 'joined', member: ben.member },
    ])
  })

  it('ends after a grace when a page announces that it closes', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await person(playground, 'ada'), await person(playground, 'ben')]
    const { events } = watch(playground, ada, 'websocket')
    const page = watch(playground, ben, 'long-poll')
    page.session.close()
    await leave(playground.net, 'lobby', ben.token, 200)
    await expect.poll(() => left(events)).toEqual([['ben', 'asked']])
  })

  it('continues when the page returns within the grace, as after a reload', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await person(playground, 'ada'), await person(playground, 'ben')]
    const { events } = watch(playground, ada, 'websocket')
    const page = watch(playground, ben, 'long-poll')
    page.session.close()
    await leave(playground.net, 'lobby', ben.token, 1000)
    const reloaded = watch(playground, ben, 'short-poll', { cursor: null })
    await expect.poll(() => reloaded.session.state.name).toBe('open')
    // The grace of another member begins later: when it is over, ben's is over, too.
    const eve = await person(playground, 'eve')
    await leave(playground.net, 'lobby', eve.token, 1100)
    await expect.poll(() => left(events)).toEqual([['eve', 'asked']])
    expect(names(playground)).toEqual(['ada', 'ben'])
  })

  it('ends when a member sends the close command in either language, and the session reports the reason', async () => {
    const playground = await startPlayground()
    const ada = watch(playground, await person(playground, 'ada'), 'websocket')
    for (const [transport, command] of [
      ['short-poll', '/close'],
      ['long-poll', '关闭'],
      ['websocket', ' /close '],
    ] as const) {
      const { session } = watch(playground, await person(playground, `by-${transport}`), transport)
      session.send(command)
      await expect
        .poll(() => session.state)
        .toMatchObject({ name: 'closed', problem: { type: 'member-ended', status: 410 } })
      await expect.poll(() => left(ada.events).at(-1)).toEqual([`by-${transport}`, 'closed'])
    }
    expect(ada.texts()).toEqual([])
  })

  it('is the same for all members in events and in the roster', async () => {
    const playground = await startPlayground()
    const ada = watch(playground, await person(playground, 'ada'), 'long-poll')
    const ben = await person(playground, 'ben')
    await person(playground, 'eve')
    await leave(playground.net, 'lobby', ben.token)
    const late = watch(playground, await person(playground, 'late'), 'websocket', { cursor: null })
    for (const { session } of [ada, late]) {
      await expect
        .poll(() => [...session.roster.values()].map(({ name }) => name).sort())
        .toEqual(['ada', 'eve', 'late'])
    }
  })
})
