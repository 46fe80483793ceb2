import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { io } from 'socket.io-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import WebSocket from 'ws'
import type { Batch, FrameDown, Problem } from '../../src/protocol.ts'
import { draft, textsOf, type TestPlayground } from '../support/playground.ts'
import { run } from '../support/process.ts'
import { say, startWithHello } from '../support/spoken-room.ts'

const CI = process.env['CI'] === 'true'
/** Where it is there it must do; where it has to be there it must be. */
const has = (command: string, ...args: string[]) => CI || spawnSync(command, args).status === 0
const hasCurl = has('curl', '--version')
const hasPythonSocketIo = has('/usr/bin/python3', '-c', 'import socketio, engineio, requests, websocket')
const hasPythonWebSockets = has('/usr/bin/python3', '-c', 'import websockets')

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
  ])('receives each batch of %s as it is sent', async (transport, pattern) => {
    const { playground, ada, room, head } = await startWithHello()
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

  it('gets a short-poll answer at once and a long-poll answer with the next message', async () => {
    const { playground, ada, room, head } = await startWithHello()
    const first = JSON.parse(await answer(`${room}/short-poll`)) as Batch
    expect(textsOf(first.events)).toEqual(['hello'])
    expect(await answer('--write-out', '%{http_code}', `${room}/short-poll?after=${first.cursor}`)).toBe('204')
    const held = answer(`${room}/long-poll?after=${first.cursor}`)
    await expect.poll(() => playground.rooms.get('lobby').log.waiting).toBe(1)
    await say(playground, ada, 'at last')
    const batch = JSON.parse(await held) as Batch
    expect([textsOf(batch.events), batch.cursor]).toEqual([['at last'], head()])
  })

  it('gets 304 of snapshot-poll by ETag until a new message, then all events', async () => {
    const { playground, ada, room } = await startWithHello()
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

  it('reads jsonp-poll as a script, and gets 404 without the setting', async () => {
    const { room } = await startWithHello()
    const script = await answer(`${room}/jsonp-poll?callback=show`)
    expect(textsOf((JSON.parse(/^\/\*\*\/show\((.*)\);$/.exec(script)?.[1] ?? '') as Batch).events)).toEqual(['hello'])
    const without = await startWithHello({ jsonp: false })
    expect(await answer('--write-out', '%{http_code}', `${without.room}/jsonp-poll?callback=show`)).toMatch(/404$/)
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

  it('polls, upgrades to a WebSocket, reads, sends, and resumes at its cursor', async () => {
    const { playground, ada, head } = await startWithHello()
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

  it('connects by a path with a slash at the end, which it adds by default', async () => {
    const { playground, ada } = await startWithHello()
    const socket = io(playground.base, { path: '/rooms/lobby/socket-io', auth: { token: ada.token }, forceNew: true })
    onTestFinished(() => void socket.disconnect())
    const { id, text } = draft('by a path with a slash')
    expect(await socket.emitWithAck('message', { id, text })).toMatchObject({ ack: { id } })
  })

  it('is refused at once with a bad token', async () => {
    const { playground } = await startWithHello()
    const { socket } = connect(playground, { token: 'A'.repeat(22) })
    const refused = await new Promise<Error & { data?: Problem }>((resolve) => socket.on('connect_error', resolve))
    expect(refused.data).toMatchObject({ type: 'unknown-token', status: 401 })
  })
})

describe.skipIf(!hasPythonSocketIo)('python-socketio (skipped without python3-socketio)', () => {
  const script = `
import json, sys, socketio
def write(line):
    # One write: events come in threads of their own, and print() writes the end of the line by itself.
    sys.stdout.write(line + '\\n')
    sys.stdout.flush()
client = socketio.Client(reconnection=False)
@client.on('batch')
def batch(value):
    write(json.dumps(value, ensure_ascii=False))
client.connect(sys.argv[1], socketio_path='/rooms/lobby/socket-io', auth={'token': sys.argv[2]}, transports=sys.argv[3].split(','))
write(json.dumps(client.call('message', {'id': 'from-python', 'text': 'by python, 你好'})))
write('goes by ' + client.transport())
client.wait()`

  it.each([
    ['polling', 'polling'],
    ['websocket', 'websocket'],
    ['polling,websocket', 'websocket'],
  ])('connects by %s, sends, and reads until the server closes', async (offered, used) => {
    const { playground, ada } = await startWithHello()
    const { output, ended } = run('/usr/bin/python3', [
      ...['-X', 'utf8', '-c', script, playground.base, ada.token, offered],
    ])
    await expect.poll(output).toContain('"text": "hello"')
    await expect.poll(output).toContain('{"ack": {"id": "from-python", "seq": 3}}')
    await expect.poll(output).toContain(`goes by ${used}`)
    await say(playground, ada, 'to python')
    await expect.poll(output).toContain('"text": "to python"')
    expect(output()).toContain('by python, 你好')
    await playground.close()
    expect(await ended, output()).not.toBeNull()
  })
})

describe('a WebSocket client', () => {
  it('of the ws package reads as a spectator and sends as a member', async () => {
    const { playground, ada } = await startWithHello()
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
    const { playground, ada } = await startWithHello()
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
