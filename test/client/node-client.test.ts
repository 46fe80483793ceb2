import { describe, expect, it, onTestFinished } from 'vitest'
import type { Client } from '../../src/node/client.ts'
import {
  join,
  ConnectionError,
  ProblemError,
  TRANSPORTS,
  type JoinOptions,
  type RoomItem,
} from '../../src/node/index.ts'
import { LONG } from '../support/long.ts'
import { startPlayground, type TestPlayground } from '../support/playground.ts'
import { run } from '../support/process.ts'
import { readTexts } from '../support/read-texts.ts'

async function enter({ base }: TestPlayground, options: JoinOptions = {}): Promise<Client> {
  const client = await join(base, { ...options, tuning: { intervalMs: 20 } })
  // Refused where the test has left already, or has closed the server.
  onTestFinished(() => client.close().catch(() => undefined))
  return client
}
const textOf = (item: RoomItem | null | undefined) => (item?.type === 'message' ? item.text : item?.type)

describe('a program in a room', () => {
  it('joins 12 times at once without a warning about leaked listeners', async () => {
    const warnings: string[] = []
    const collect = ({ name }: Error) => void warnings.push(name)
    process.on('warning', collect)
    onTestFinished(() => void process.off('warning', collect))
    const playground = await startPlayground()
    await Promise.all(Array.from({ length: 12 }, () => enter(playground)))
    expect(warnings).not.toContain('MaxListenersExceededWarning')
  })

  it.each(TRANSPORTS)('sends, waits, counts and reads over %s', async (transport) => {
    const playground = await startPlayground()
    const ada = await enter(playground, { name: 'ada', transport })
    expect(ada.read()).toBeNull()
    const ben = await enter(playground, { name: 'ben' })
    expect(await ada.wait()).toBe(true)
    const { id, name } = ben.member
    expect(ada.read()).toMatchObject({ type: 'joined', member: { id, name } })
    const acks = await Promise.all([ada.send('one'), ada.send('two'), ada.send('three')])
    expect(acks.map(({ seq }) => seq)).toEqual([3, 4, 5])
    expect(await readTexts(ben, 3)).toEqual(['one', 'two', 'three'])
    await expect.poll(() => ada.pending).toBe(3)
    expect([textOf(ada.read()), textOf(ada.read()), ada.pending]).toEqual(['one', 'two', 1])
    await ben.send('four')
    expect(await readTexts(ada, 2)).toEqual(['three', 'four'])
    expect([...ada.roster.values()].map(({ name }) => name)).toEqual(['ada', 'ben'])
    await ada.close()
    expect(playground.rooms.get('lobby').roster).toMatchObject([{ id, name }])
  })

  it('uses every transport in one loop and misses no message', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await enter(playground), await enter(playground)]
    for (const transport of TRANSPORTS) {
      ada.use(transport)
      await ben.send(`for ${transport}`)
      expect(await readTexts(ada, 1)).toEqual([`for ${transport}`])
      expect(ada.transport).toBe(transport)
    }
  })

  it('starts with the history on request, and receives private messages', async () => {
    const playground = await startPlayground()
    const ben = await enter(playground, { name: 'ben' })
    await ben.send('before')
    const ada = await enter(playground, { name: 'ada', history: true })
    expect(await readTexts(ada, 1)).toEqual(['before'])
    await ben.send('psst', ada.member)
    expect(await readTexts(ada, 1)).toEqual(['psst'])
  })

  it('gets the server’s refusal and stays in the room', async () => {
    const ada = await enter(await startPlayground(), { transport: 'long-poll' })
    const refusals = [ada.send(''), ada.send('x'.repeat(2001)), ada.send('hi', { id: 'nobody', name: 'nobody' })]
    const reasons = await Promise.all(refusals.map((refused) => refused.catch((error: unknown) => error)))
    expect(reasons).toMatchObject([
      { problem: { status: 400, field: 'text', limit: 1 } },
      { problem: { status: 400, field: 'text', limit: 2000 } },
      { problem: { status: 404, field: 'to' } },
    ])
    await ada.send('still here')
    expect(await readTexts(ada, 1)).toEqual(['still here'])
  })

  it('keeps a bounded number of unread items and marks the gap with reset', async () => {
    const playground = await startPlayground()
    const [ada, ben] = [await enter(playground, { maxPending: 3 }), await enter(playground)]
    await ben.send('first')
    expect(await readTexts(ada, 1)).toEqual(['first'])
    for (const text of ['1', '2', '3', '4', '5']) await ben.send(text)
    const eve = await enter(playground, { name: 'eve' })
    // The roster follows the events, so all events have arrived.
    await expect.poll(() => ada.roster.has(eve.member.id)).toBe(true)
    expect(ada.pending).toBe(4)
    expect(Array.from({ length: 5 }, () => textOf(ada.read()))).toEqual(['reset', '4', '5', 'joined', undefined])
  })

  it('gets a reset where the room has dropped events', async () => {
    const playground = await startPlayground({ retain: 4, history: 2 })
    const ada = await enter(playground, { transport: 'short-poll' })
    const { log } = playground.rooms.get('lobby')
    for (let i = 1; i <= 8; i++) await log.append({ type: 'notice', id: `notice-${i}`, text: `${i}` })
    const seqs = []
    for await (const item of ada) {
      seqs.push(item.type === 'reset' ? item.type : item.seq)
      if (seqs.at(-1) === 9) break
    }
    expect(seqs).toEqual(['reset', 8, 9])
  })

  it('settles earlier sends when it closes, then leaves and ends the loop', async () => {
    const playground = await startPlayground()
    const ada = await enter(playground, { transport: 'websocket' })
    // Before there is a line.
    const saying = ada.send('on my way out')
    await Promise.all([ada.close(), ada.close()])
    expect((await saying).seq).toBe(2)
    const rest = []
    for await (const item of ada) rest.push(item)
    expect(rest.length).toBeLessThanOrEqual(1)
    expect(await ada.wait()).toBe(false)
    await expect(ada.send('too late')).rejects.toBeInstanceOf(ConnectionError)
    expect(playground.rooms.get('lobby').roster).toEqual([])
  })

  it('reports the reason in loop, wait and send when the server ends it', async () => {
    const playground = await startPlayground()
    const ada = await enter(playground, { transport: 'long-poll' })
    await ada.send('/close')
    await expect(readTexts(ada, 1)).rejects.toMatchObject({ problem: { type: 'member-ended', status: 410 } })
    await expect(ada.wait()).rejects.toBeInstanceOf(ProblemError)
    await expect(ada.send('hello?')).rejects.toBeInstanceOf(ProblemError)
    await ada.close()
  })

  it('reports a lost connection, and rejects unsent drafts when it closes', async () => {
    const playground = await startPlayground()
    const states: string[] = []
    const ada = await enter(playground, { transport: 'sse', onState: ({ name }) => states.push(name) })
    await expect.poll(() => states).toEqual(['connecting', 'open'])
    await playground.close()
    await expect.poll(() => states).toContain('waiting')
    const lost = ada.send('to nobody').catch((error: unknown) => error)
    await expect(ada.close()).rejects.toBeInstanceOf(ConnectionError)
    expect(await lost).toBeInstanceOf(ConnectionError)
    expect(states.at(-1)).toBe('closed')
  })

  it.each([
    ['a room', { room: 'no such room' }, 'room'],
    ['a transport', { transport: 'pigeon' as 'sse' }, 'transport is one of short-poll'],
    ['a limit', { maxPending: 0 }, 'from 1 to 1000000'],
  ])('refuses %s that is none, before it asks a server', async (_, options, words) => {
    await expect(join('http://127.0.0.1:1', options)).rejects.toThrow(words)
    await expect(join('http://127.0.0.1:1', options)).rejects.toBeInstanceOf(RangeError)
  })

  it('reports the reason when it cannot join', async () => {
    const playground = await startPlayground()
    await enter(playground, { name: 'ada' })
    await expect(join(playground.base, { name: 'ada' })).rejects.toMatchObject({ problem: { status: 409 } })
    await expect(join('http://127.0.0.1:1')).rejects.toBeInstanceOf(ConnectionError)
    await expect(join('ftp://nowhere')).rejects.toThrow('url is not of the form')
    for (const [tuning, why] of [
      [{ intervalMs: 0 }, 'tuning.intervalMs is 0; allowed: a whole number of ms from 10 to 3600000'],
      [{ holdMs: 1e6 }, 'tuning.holdMs is 1000000; allowed: a whole number of ms from 100 to 600000'],
    ] as const) {
      await expect(join(playground.base, { tuning })).rejects.toThrow(new RangeError(why))
    }
  })

  it('causes no Node warning when one process joins 24 times at once', LONG, async () => {
    const { base } = await startPlayground()
    const script = `
      import { join } from './src/node/index.ts'
      const clients = await Promise.all(Array.from({ length: 24 }, () => join('${base}')))
      await Promise.all(clients.map((client) => client.close()))`
    const { output, ended } = run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script])
    expect(await ended).toBe(0)
    expect(output()).toBe('')
  })
})
