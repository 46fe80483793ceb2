import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { totalBytes, type ByteSplit, type Counts, type MeterFrame } from '../../src/meter.ts'
import { LONG } from '../support/long.ts'
import { draft, person, startPlayground, type Person, type TestPlayground } from '../support/playground.ts'
import { run } from '../support/process.ts'

interface Talk {
  extensions: string
  counts: Counts
  /** Of the client's own socket. */
  bytes: { sent: number; received: number }
}

const text = 'the same old story, said once more'
const SAID = 40

const open = async (playground: TestPlayground, path: string, who: Person, perMessageDeflate: boolean) => {
  const url = `${playground.base.replace('http', 'ws')}/rooms/lobby/${path}`
  const socket = new WebSocket(url, ['chat.v1', `bearer.${who.token}`], { perMessageDeflate })
  onTestFinished(() => socket.terminate())
  const [response] = (await once(socket, 'upgrade')) as [{ socket: Socket }]
  if (socket.readyState !== socket.OPEN) await once(socket, 'open')
  return { socket, tcp: response.socket }
}

/** A member that posts one text repeatedly and receives it, with the counts of both sides. */
async function talk(config: { deflate: boolean }, offers: boolean): Promise<Talk> {
  const playground = await startPlayground(config)
  const ada = await person(playground)
  const meter = await open(playground, 'meter', ada, false)
  let counts: Counts | undefined
  meter.socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as MeterFrame
    if (frame.type === 'report') counts = frame.counts.websocket
  })
  const { socket, tcp } = await open(playground, `websocket?after=${ada.cursor}`, ada, offers)
  let heard = 0
  let acknowledged = 0
  socket.on('message', (data: Buffer) => {
    heard += data.toString().split(text).length - 1
    if (data.toString().startsWith('{"type":"ack"')) acknowledged += 1
  })
  for (let i = 1; i <= SAID; i++) {
    socket.send(JSON.stringify({ type: 'message', draft: draft(text) }))
    await expect.poll(() => [heard, acknowledged], { interval: 2 }).toEqual([i, i])
  }
  const bytes = { sent: tcp.bytesWritten, received: tcp.bytesRead }
  await expect.poll(() => counts && { sent: total(counts.up), received: total(counts.down) }).toEqual(bytes)
  if (!counts) throw new Error('the meter said nothing')
  return { extensions: socket.extensions, counts, bytes }
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const least = ({ headers, framing, envelope, payload }: ByteSplit) => Math.min(headers, framing, envelope, payload)
const total = totalBytes

describe('permessage-deflate', () => {
  it('reduces the bytes of a conversation, and the meters count them exactly', async () => {
    const plain = await talk({ deflate: false }, true)
    const deflated = await talk({ deflate: true }, true)
    expect([plain.extensions, deflated.extensions]).toEqual(['', 'permessage-deflate'])
    for (const [name, { bytes, counts }] of Object.entries({ plain, deflated })) {
      console.log(`${SAID} messages, ${name}: ${JSON.stringify({ ...bytes, up: counts.up, down: counts.down })}`)
      expect(Math.min(least(counts.up), least(counts.down))).toBeGreaterThan(0)
      expect(counts).toMatchObject({ requests: 1, frames: 3 * SAID, delivered: SAID })
    }
    const textBytes = SAID * Buffer.byteLength(text)
    expect(plain.counts).toMatchObject({ up: { payload: textBytes }, down: { payload: textBytes } })
    for (const way of ['up', 'down'] as const) {
      expect(total(deflated.counts[way])).toBeLessThan(total(plain.counts[way]) * 0.7)
      // As large a part of its frames as it was: somewhat less, since a frame's own head does not shrink.
      const shareOf = ({ framing, envelope, payload }: ByteSplit) => payload / (framing + envelope + payload)
      expect(shareOf(deflated.counts[way])).toBeGreaterThan(shareOf(plain.counts[way]) * 0.7)
      expect(shareOf(deflated.counts[way])).toBeLessThan(shareOf(plain.counts[way]) * 1.3)
    }
  })

  it('keeps nothing of each message in memory while no meter is open', LONG, async () => {
    const playground = await startPlayground({ deflate: true, retain: 100, history: 10 })
    const ada = await person(playground)
    const room = playground.rooms.get('lobby')
    const membership = await room.membershipByToken(ada.token)
    const { socket } = await open(playground, `websocket?after=${ada.cursor}`, ada, true)
    expect(socket.extensions).toContain('permessage-deflate')
    let heard = 0
    socket.on('message', (data: Buffer) => (heard += data.toString().split(text).length - 1))
    let posted = 0
    const talkOn = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await room.post(membership, draft(text))
        // A turn of the event loop each, so that each message is a frame.
        await new Promise((resolve) => setImmediate(resolve))
      }
      posted += count
      await expect.poll(() => heard).toBe(posted)
      collectGarbage()
      return process.memoryUsage().heapUsed
    }
    const before = await talkOn(4000)
    const perMessage = ((await talkOn(10_000)) - before) / 10_000
    expect(perMessage).toBeLessThan(60)
  })

  it('is used only when the client offers it', async () => {
    const { extensions, counts } = await talk({ deflate: true }, false)
    expect(extensions).toBe('')
    expect(counts.down.payload).toBe(SAID * Buffer.byteLength(text))
  })

  it(
    'refuses a compressed message whose text is too large, without inflating all of it',
    { ...LONG, timeout: 40_000 },
    async () => {
      const { output, child } = run(process.execPath, ['dist/server/main.js', '--port', '0', '--deflate'])
      const addressIn = (text: string) => /is at (http:\/\/\S+)/.exec(text)?.[1]
      await expect.poll(() => addressIn(output())).toBeDefined()
      const base = addressIn(output()) ?? ''
      const residentBytes = () =>
        1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])
      const bomb = Buffer.alloc(64 * 2 ** 20, 'x')
      const throwOne = async () => {
        const socket = new WebSocket(`${base.replace('http', 'ws')}/rooms/lobby/websocket`)
        onTestFinished(() => socket.terminate())
        await once(socket, 'open')
        expect(socket.extensions).toContain('permessage-deflate')
        const closed = once(socket, 'close')
        socket.on('error', () => undefined)
        socket.send(bomb.toString())
        expect((await closed)[0]).toBe(1009)
      }
      await throwOne()
      const before = residentBytes()
      for (let i = 0; i < 5; i++) await throwOne()
      const grownBytes = residentBytes() - before
      console.log(`five bombs of 64 MiB each: ${(grownBytes / 2 ** 20).toFixed(1)} MiB more in memory`)
      expect(grownBytes).toBeLessThan(bomb.length)
      expect((await fetch(`${base}/healthz`)).status).toBe(200)
    },
  )
})
