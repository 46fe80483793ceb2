import { describe, expect, it } from 'vitest'
import type { RoomEvent } from '../../src/protocol.ts'
import type { ErrorCode } from '../../src/server/errors/domain-error.ts'
import type { MemberOptions } from '../../src/server/room/member-store.ts'
import { ReaderConnection, type Membership } from '../../src/server/room/membership.ts'
import type { StoredRoom } from '../../src/server/room/room-store.ts'

/** A room as one server sees it. */
export type View = Pick<StoredRoom, 'log' | 'members' | 'append'>

/**
 * The contract of every store of members. `open` makes an empty room, seen by two servers if the store supports several,
 * and otherwise twice by the same server; it cleans up after the test.
 */
export function membersContract(name: string, open: (options: MemberOptions) => Promise<readonly [View, View]>): void {
  const empty = (options: Partial<MemberOptions> = {}) =>
    open({ leaseMs: 60_000, renames: 1, maxMembers: 1000, ...options })
  const enter = (view: View, id: string, memberName = id) =>
    view.members.addMember({ id, name: memberName }, `token-${id}`)
  const eventsOf = ({ log }: View): RoomEvent[] => log.read(null).events
  const told = (view: View) =>
    eventsOf(view).map((event) => ('member' in event ? `${event.type} ${event.member.name}` : event.type))
  const names = async (view: View) => (await view.members.readRoster()).map((member) => member.name).sort()
  const error = (code: ErrorCode) => ({ code })
  /** A connection that was open for a moment. */
  const contact = (membership: Membership) => new ReaderConnection(membership, undefined, () => undefined).end()

  describe(`${name} keeps members`, () => {
    it('announces each new member and returns the cursor after the join and the roster', async () => {
      const [here, there] = await empty()
      const ada = await enter(here, 'ada')
      const ben = await enter(there, 'ben')
      expect(ada.roster).toEqual([{ id: 'ada', name: 'ada' }])
      expect(ben.roster.map(({ id }) => id).sort()).toEqual(['ada', 'ben'])
      expect(await names(here)).toEqual(['ada', 'ben'])
      await expect.poll(() => told(here)).toEqual(['joined ada', 'joined ben'])
      expect(here.log.read(ada.cursor).events).toHaveLength(1)
      expect(here.log.read(ben.cursor).events).toHaveLength(0)
    })

    it('gives a name to one of 100 concurrent requests, ignoring case and width, on all servers', async () => {
      const views = await empty()
      const spellings = ['Ada', 'ada', 'ADA', 'ａｄａ']
      const asked = await Promise.allSettled(
        Array.from({ length: 100 }, (_, i) => enter(views[i % 2] ?? views[0], `member-${i}`, spellings[i % 4])),
      )
      expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const one of asked) if (one.status === 'rejected') expect(one.reason).toMatchObject(error('name-taken'))
      expect(await names(views[0])).toHaveLength(1)
    })

    it('refuses members above the limit', async () => {
      const [here, there] = await empty({ maxMembers: 2 })
      await enter(here, 'ada')
      await enter(there, 'ben')
      await expect(enter(here, 'eve')).rejects.toMatchObject(error('full'))
    })

    it('knows a token on every server at once, and tells the token of a former member from an unknown token', async () => {
      const [here, there] = await empty()
      const { membership } = await enter(here, 'ada')
      const same = await there.members.membershipByToken('token-ada')
      expect(same.member).toEqual(membership.member)
      await here.members.endMembership(membership, 'asked')
      // A refusal is thrown at once or with the answer of the store.
      const ask = async (view: View, token: string) => view.members.membershipByToken(token)
      for (const view of [here, there]) {
        await expect.poll(() => told(view)).toContain('left ada')
        await expect(ask(view, 'token-ada')).rejects.toMatchObject(error('member-ended'))
        await expect(ask(view, 'token-eve')).rejects.toMatchObject(error('unknown-token'))
      }
    })

    it('returns the same member for a token that it knows, on every server, and refuses the token of a former member', async () => {
      const [here, there] = await empty({ maxMembers: 1 })
      const first = await enter(here, 'ada')
      for (const view of [here, there]) {
        const again = await view.members.addMember({ id: 'other', name: 'Ada' }, 'token-ada')
        expect(again.membership.member).toEqual(first.membership.member)
        expect(again.roster).toEqual([{ id: 'ada', name: 'ada' }])
      }
      await expect.poll(() => told(there)).toEqual(['joined ada'])
      await here.members.endMembership(first.membership, 'asked')
      for (const view of [here, there])
        await expect(view.members.addMember({ id: 'other', name: 'ada' }, 'token-ada')).rejects.toMatchObject(
          error('member-ended'),
        )
      await expect.poll(() => told(there)).toEqual(['joined ada', 'left ada'])
    })

    it('finds members by id, also members of another server', async () => {
      const [here, there] = await empty()
      await enter(here, 'ada')
      expect(await there.members.findMember('ada')).toEqual({ id: 'ada', name: 'ada' })
      expect(await there.members.findMember('eve')).toBeNull()
      expect((await there.members.membershipById('ada'))?.member).toEqual({ id: 'ada', name: 'ada' })
      expect(await there.members.membershipById('eve')).toBeNull()
    })

    it('renames a member up to the limit on any server and frees the old name', async () => {
      const [here, there] = await empty({ renames: 2 })
      const { membership } = await enter(here, 'ada')
      await enter(there, 'ben')
      await expect(here.members.rename(membership, 'BEN')).rejects.toMatchObject(error('name-taken'))
      expect(await here.members.rename(membership, 'Ada')).toEqual({ id: 'ada', name: 'Ada' })
      expect(await there.members.rename(await there.members.membershipByToken('token-ada'), 'eve')).toMatchObject({
        name: 'eve',
      })
      await expect(here.members.rename(membership, 'sue')).rejects.toMatchObject(error('renames-used'))
      await enter(there, 'other', 'ada')
      expect(await names(here)).toEqual(['ada', 'ben', 'eve'])
      const renamed = () => eventsOf(here).filter(({ type }) => type === 'renamed')
      await expect.poll(renamed).toMatchObject([
        { member: { id: 'ada', name: 'Ada' }, was: 'ada' },
        { member: { id: 'ada', name: 'eve' }, was: 'Ada' },
      ])
    })

    it('shows by which transport a member reads on every server, with the change, until the member has left', async () => {
      const [here, there] = await empty({ leaseMs: 2000 })
      const { membership } = await enter(here, 'ada')
      const elsewhere = await there.members.membershipByToken('token-ada')
      const lines = [membership, elsewhere].map((one) => new ReaderConnection(one, undefined, () => undefined))
      const shown = async (view: View) => (await view.members.readRoster()).map(({ transport }) => transport)
      expect(await shown(here)).toEqual([undefined])
      here.members.markReading(membership, 'long-poll')
      expect(await shown(here)).toEqual(['long-poll'])
      await expect.poll(() => shown(there)).toEqual(['long-poll'])
      const { lastChange } = here.members.transports
      here.members.markReading(membership, 'long-poll')
      expect(here.members.transports.changedSince(lastChange)).toEqual({})
      there.members.markReading(elsewhere, 'sse')
      await expect.poll(() => shown(here)).toEqual(['sse'])
      expect(here.members.transports.changedSince(lastChange)).toEqual({ ada: 'sse' })
      expect((await enter(here, 'ben')).roster).toEqual([
        { id: 'ada', name: 'ada', transport: 'sse' },
        { id: 'ben', name: 'ben' },
      ])
      await here.members.endMembership(membership, 'asked')
      for (const view of [here, there]) {
        await expect.poll(() => told(view)).toContain('left ada')
        expect(view.members.transports.changedSince(0)).toEqual({})
      }
      for (const line of lines) line.end()
    })

    it('ends a membership once for concurrent requests and closes its connections on every server', async () => {
      const [here, there] = await empty()
      const { membership } = await enter(here, 'ada')
      const elsewhere = await there.members.membershipByToken('token-ada')
      const lines = [
        new ReaderConnection(membership, undefined, () => undefined),
        new ReaderConnection(elsewhere, undefined, () => undefined),
      ]
      const asked = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) =>
          i % 2 ? here.members.endMembership(membership, 'asked') : there.members.endMembership(elsewhere, 'closed'),
        ),
      )
      expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const line of lines) await expect.poll(() => line.isOver).toBe(true)
      await expect.poll(() => told(here)).toEqual(['joined ada', 'left ada'])
      await enter(there, 'ada-again', 'ada')
    })

    it('refuses messages of a former member on every server', async () => {
      const [here, there] = await empty()
      const { membership } = await enter(here, 'ada')
      const elsewhere = await there.members.membershipByToken('token-ada')
      await here.members.endMembership(membership, 'asked')
      const entry = { type: 'message', id: 'too-late', from: membership.member, text: 'hi' } as const
      await expect(there.append(elsewhere, entry)).rejects.toMatchObject(error('member-ended'))
      await expect(there.members.rename(elsewhere, 'eve')).rejects.toMatchObject(error('member-ended'))
      await expect.poll(() => told(there)).toEqual(['joined ada', 'left ada'])
    })

    it('ends a silent membership once, and keeps members with an open connection or contact on another server', async () => {
      const leaseMs = 200
      const [here, there] = await empty({ leaseMs })
      await enter(here, 'silent')
      const { membership: following } = await enter(here, 'following')
      const line = new ReaderConnection(following, undefined, () => undefined)
      await enter(here, 'talking')
      const talking = await there.members.membershipByToken('token-talking')
      const timer = setInterval(() => contact(talking), leaseMs / 10)
      await expect.poll(() => names(there)).toEqual(['following', 'talking'])
      // The lease of another member runs out in full: during that time these members stay.
      await enter(there, 'mute')
      await expect.poll(() => told(there)).toContain('left mute')
      expect(await names(here)).toEqual(['following', 'talking'])
      clearInterval(timer)
      line.end()
      await expect.poll(() => names(here)).toEqual([])
      // The roster is in the store; the log of a server follows it.
      const left = () =>
        told(here)
          .filter((text) => text.startsWith('left'))
          .sort()
      await expect.poll(left).toEqual(['left following', 'left mute', 'left silent', 'left talking'])
      expect(eventsOf(here).filter(({ type }) => type === 'left')).toMatchObject(Array(4).fill({ reason: 'lease' }))
    })

    it('ends a membership after its grace, unless a connection is open or a contact follows on any server', async () => {
      const [here, there] = await empty()
      const { membership: going } = await enter(here, 'going')
      const { membership: back } = await enter(here, 'back')
      const { membership: open } = await enter(here, 'open')
      const line = new ReaderConnection(await there.members.membershipByToken('token-open'), undefined, () => undefined)
      for (const membership of [going, back, open]) await here.members.endMembershipLater(membership, 1000)
      const elsewhere = await there.members.membershipByToken('token-back')
      // The second server has to know that the member was about to leave.
      await there.members.readRoster()
      contact(elsewhere)
      await expect.poll(() => names(there)).toEqual(['back', 'open'])
      const { membership: later } = await enter(here, 'later')
      await here.members.endMembershipLater(later, 1100)
      await expect.poll(() => told(there).at(-1)).toBe('left later')
      expect(await names(here)).toEqual(['back', 'open'])
      const left = () => eventsOf(here).filter(({ type }) => type === 'left')
      await expect.poll(left).toMatchObject([
        { member: { id: 'going' }, reason: 'asked' },
        { member: { id: 'later' }, reason: 'asked' },
      ])
      line.end()
    })
  })
}
