import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { openLink } from '../../src/link/link.ts'
import type { Batch, FrameDown, Problem } from '../../src/protocol.ts'
import { launchBrowser } from '../support/browser.ts'
import { draft, person, startPlayground, textsOf, type Person, type TestPlayground } from '../support/playground.ts'
import { run } from '../support/process.ts'

const CI = process.env['CI'] === 'true'
/** Where it is there it must do; where it has to be there it must be. */
const has = (command: string, ...args: string[]) => CI || spawnSync(command, args).status === 0
const hasCurl = has('curl', '--version')
const hasPythonWebSockets = has('/usr/bin/python3', '-c', 'import websockets')

async function say({ base }: TestPlayground, who: Person, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    const headers = { authorization: `Bearer ${who.token}`, 'content-type': 'application/json' }
    await fetch(`${base}/rooms/lobby/messages`, { method: 'POST', headers, body: JSON.stringify(draft(text)) })
  }
}

/** A room in which ada has said `hello`. */
async function start(config: Parameters<typeof startPlayground>[0] = {}) {
  const playground = await startPlayground(config)
  const ada = await person(playground, 'ada')
  await say(playground, ada, 'hello')
  return { playground, ada, room: `${playground.base}/rooms/lobby`, head: () => playground.rooms.get('lobby').log.head }
}

describe.skipIf(!hasCurl)('curl (skipped where there is none)', () => {
  const curl = (...args: string[]) => run('curl', ['--silent', '--show-error', ...args])
  const answer = async (...args: string[]) => {
    const { output, ended } = curl(...args)
    expect(await ended, output()).toBe(0)
    return output()
  }

  it.each([
    ['sse', /^id: (\S+)\ndata: (.+)$/gm],
    ['http-stream', /^()(\{.+)$/gm],
  ])('follows %s, batch by batch as they come', async (transport, pattern) => {
    const { playground, ada, room, head } = await start()
    const { output } = curl('--no-buffer', `${room}/${transport}`)
    const batches = () =>
      [...output().matchAll(pattern)].map(([, id, data]) => ({ id, batch: JSON.parse(data ?? '') as Batch }))
    const texts = () => batches().flatMap(({ batch }) => textsOf(batch.events))
    await expect.poll(texts).toEqual(['hello'])
    await say(playground, ada, '世界', '👋')
    await expect.poll(texts).toEqual(['hello', '世界', '👋'])
    expect(batches().at(-1)?.batch.cursor).toBe(head())
    if (transport === 'sse') expect(batches().at(-1)?.id).toBe(head())
  })

  it('polls: at once by short-poll, and held by long-poll until somebody speaks', async () => {
    const { playground, ada, room, head } = await start()
    const first = JSON.parse(await answer(`${room}/short-poll`)) as Batch
    expect(textsOf(first.events)).toEqual(['hello'])
    expect(await answer('--write-out', '%{http_code}', `${room}/short-poll?after=${first.cursor}`)).toBe('204')
    const held = answer(`${room}/long-poll?after=${first.cursor}`)
    await expect.poll(() => playground.rooms.get('lobby').log.waiting).toBe(1)
    await say(playground, ada, 'at last')
    const batch = JSON.parse(await held) as Batch
    expect([textsOf(batch.events), batch.cursor]).toEqual([['at last'], head()])
  })

  it('keeps the ETag of snapshot-poll by itself: 304 until something is said, then all again', async () => {
    const { playground, ada, room } = await start()
    const folder = await mkdtemp(joinPath(tmpdir(), 'etag-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = joinPath(folder, 'etag')
    const ask = () =>
      answer('--etag-save', file, '--etag-compare', file, '--write-out', '\n%{http_code}', `${room}/snapshot-poll`)
    expect(await ask()).toMatch(/"hello".*\n200$/)
    expect(await ask()).toBe('\n304')
    await say(playground, ada, 'news')
    const [body = '', status] = (await ask()).split('\n')
    expect(status).toBe('200')
    const batch = JSON.parse(body) as Batch
    expect([textsOf(batch.events), batch.known]).toEqual([['hello', 'news'], 2])
    expect(await ask()).toBe('\n304')
  })

  it('reads jsonp-poll as the script that it is; without the setting there is none', async () => {
    const { room } = await start()
    const script = await answer(`${room}/jsonp-poll?callback=show`)
    expect(textsOf((JSON.parse(/^\/\*\*\/show\((.*)\);$/.exec(script)?.[1] ?? '') as Batch).events)).toEqual(['hello'])
    const without = await start({ jsonp: false })
    expect(await answer('--write-out', '%{http_code}', `${without.room}/jsonp-poll?callback=show`)).toMatch(/404$/)
  })
})

describe('a browser, with what it has of its own', () => {
  let browser: Browser
  beforeAll(async () => void (browser = await launchBrowser()))
  afterAll(() => browser.close())

  const open = async (url: string): Promise<Page> => {
    const page = await browser.newPage()
    onTestFinished(() => page.close())
    await page.goto(url)
    return page
  }

  it('follows by EventSource, and comes back after a cut to where it was: nothing lost, nothing twice', async () => {
    const { playground, ada } = await start()
    const link = await openLink({ to: { port: playground.port } })
    onTestFinished(() => link.close())
    const page = await open(`${link.url}/healthz`)
    await page.evaluate(() => {
      const seen = { texts: [] as string[], opened: 0 }
      const source = new EventSource('/rooms/lobby/sse')
      source.onopen = () => (seen.opened += 1)
      source.onmessage = ({ data }) => {
        const { events } = JSON.parse(String(data)) as { events: { text?: string }[] }
        seen.texts.push(...events.flatMap(({ text }) => text ?? []))
      }
      Object.assign(globalThis, { seen })
    })
    const seen = () => page.evaluate(() => Reflect.get(globalThis, 'seen') as { texts: string[]; opened: number })
    await expect.poll(seen).toEqual({ texts: ['hello'], opened: 1 })
    const said = ['hello']
    for (let cut = 1; cut <= 2; cut++) {
      const texts = [`before ${cut}`, `while it is away ${cut}`, `and again ${cut}`]
      said.push(...texts)
      await say(playground, ada, texts[0] ?? '')
      link.cut(500)
      await say(playground, ada, ...texts.slice(1))
      await expect.poll(seen).toEqual({ texts: said, opened: cut + 1 })
    }
  }, 60_000)

  it('loads jsonp-poll into a page of another site, which may read nothing otherwise', async () => {
    const elsewhere = createServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<title>else</title>'),
    )
    await once(elsewhere.listen(0, '127.0.0.1'), 'listening')
    onTestFinished(() => void elsewhere.close())
    const page = await open(`http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`)
    const load = (room: string) =>
      page.evaluate(
        (url) =>
          new Promise<unknown>((resolve) => {
            Object.assign(globalThis, { show: resolve })
            const script = Object.assign(document.createElement('script'), {
              src: url,
              onerror: () => resolve('error'),
            })
            document.head.append(script)
          }),
        `${room}/jsonp-poll?callback=show`,
      )
    const [enabled, disabled] = [await start(), await start({ jsonp: false })]
    expect(textsOf(((await load(enabled.room)) as Batch).events)).toEqual(['hello'])
    expect(await load(disabled.room)).toBe('error')
    const fetched = page.evaluate(
      (url) =>
        fetch(url).then(
          () => 'read',
          () => 'kept out',
        ),
      `${enabled.room}/short-poll`,
    )
    expect(await fetched).toBe('kept out')
  })
})

describe('a plain socket.io-client', () => {
  const connect = ({ base }: TestPlayground, auth: object) => {
    const socket = io(base, { path: '/rooms/lobby/socket-io', addTrailingSlash: false, auth, forceNew: true })
    onTestFinished(() => void socket.disconnect())
    const batches: Batch[] = []
    socket.on('batch', (batch: Batch) => batches.push(batch))
    return { socket, texts: () => batches.flatMap(({ events }) => textsOf(events)) }
  }

  it('polls first, goes over to a WebSocket by itself, reads, speaks, and resumes at its cursor', async () => {
    const { playground, ada, head } = await start()
    const { socket, texts } = connect(playground, { token: ada.token })
    const { engine } = socket.io
    const ways = [engine.transport.name]
    engine.on('upgrade', ({ name }: { name: string }) => ways.push(name))
    await expect.poll(() => ways).toEqual(['polling', 'websocket'])
    const { id, ...rest } = draft('by socket.io')
    const after = head()
    expect(await socket.emitWithAck('message', { id, ...rest })).toMatchObject({ ack: { id, seq: 3 } })
    expect(await socket.emitWithAck('message', { id, text: '' })).toMatchObject({
      error: { status: 400, field: 'text' },
    })
    await expect.poll(texts).toEqual(['hello', 'by socket.io'])
    const later = connect(playground, { after })
    await expect.poll(later.texts).toEqual(['by socket.io'])
  })

  it('is told at once that its token is not good', async () => {
    const { playground } = await start()
    const { socket } = connect(playground, { token: 'A'.repeat(22) })
    const refused = await new Promise<Error & { data?: Problem }>((resolve) => socket.on('connect_error', resolve))
    expect(refused.data).toMatchObject({ type: 'unknown-token', status: 401 })
  })
})

describe('a WebSocket client', () => {
  it('that is the ws package reads as a spectator and speaks as a member', async () => {
    const { playground, ada } = await start()
    const url = `${playground.base.replace('http', 'ws')}/rooms/lobby/websocket`
    const clients = [new WebSocket(url), new WebSocket(url, ['chat.v1', `bearer.${ada.token}`])] as const
    const frames = clients.map((client) => {
      onTestFinished(() => client.terminate())
      const received: FrameDown[] = []
      client.on('message', (data: Buffer) => received.push(JSON.parse(data.toString()) as FrameDown))
      return received
    })
    const texts = (i: number) =>
      frames[i]?.flatMap((frame) => (frame.type === 'batch' ? textsOf(frame.batch.events) : []))
    await expect.poll(() => [texts(0), texts(1)]).toEqual([['hello'], ['hello']])
    clients[1].send(JSON.stringify({ type: 'message', draft: draft('by ws') }))
    await expect.poll(() => texts(0)).toEqual(['hello', 'by ws'])
    // It comes to the other client, and so perhaps later.
    const acks = () => frames[1]?.filter(({ type }) => type === 'ack')
    await expect.poll(acks).toEqual([{ type: 'ack', ack: { id: expect.any(String) as string, seq: 3 } }])
  })

  it.skipIf(!hasPythonWebSockets)('in Python does too (skipped without python3-websockets)', async () => {
    const { playground, ada } = await start()
    const script = `
import asyncio, json, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1], subprotocols=['chat.v1', 'bearer.' + sys.argv[2]]) as socket:
        print('speaks', socket.subprotocol)
        await socket.send(json.dumps({'type': 'message', 'draft': {'id': 'from-python', 'text': 'by python, 你好'}}))
        async for frame in socket:
            print(frame, flush=True)
asyncio.run(main())`
    const url = `${playground.base.replace('http', 'ws')}/rooms/lobby/websocket`
    const { output, ended } = run('/usr/bin/python3', ['-X', 'utf8', '-c', script, url, ada.token])
    await expect.poll(output).toContain('by python, 你好')
    await expect.poll(output).toContain('{"type":"ack","ack":{"id":"from-python","seq":3}}')
    expect(output()).toContain('speaks chat.v1')
    expect(output()).toContain('"text":"hello"')
    await playground.close()
    expect(await ended, output()).not.toBeNull()
  })
})
