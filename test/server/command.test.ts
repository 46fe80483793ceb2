import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join as joinPath } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { TRANSPORTS } from '../../src/protocol.ts'
import { madeOnce } from '../support/folders.ts'
import { LONG } from '../support/long.ts'
import { startPlayground } from '../support/playground.ts'
import { endGroupWithTest, run } from '../support/process.ts'

const server = (...args: string[]) => run(process.execPath, ['dist/server/main.js', ...args])
const addressIn = (output: string) => /is at (http:\/\/\S+)/.exec(output)?.[1]

/** A folder with the packed tarball in it, and around it what `npm install` puts there. */
const unpack = madeOnce(async (folder) => {
  const packed = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder])
  expect(await packed.ended).toBe(0)
  const tarball = /transport-playground-[\d.]+\.tgz/.exec(packed.output())?.[0] ?? ''
  expect(await run('tar', ['-xzf', tarball], { cwd: folder }).ended).toBe(0)
  const installed = joinPath(folder, 'node_modules')
  await mkdir(installed)
  for (const name of await readdir('node_modules')) {
    await symlink(joinPath(process.cwd(), 'node_modules', name), joinPath(installed, name))
  }
  await symlink(joinPath(folder, 'package'), joinPath(installed, 'transport-playground'))
  return folder
})

describe('the command', () => {
  it('prints its address, serves there, and ends cleanly on a signal', async () => {
    const { child, output, ended } = server('--port', '0')
    await expect.poll(() => addressIn(output())).toBeDefined()
    const base = addressIn(output()) ?? ''
    expect((await fetch(`${base}/healthz`)).status).toBe(200)
    expect(await (await fetch(base)).text()).toContain('<!doctype html>')
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    // Nothing but the one line: no token, no access log.
    expect(output().trim().split('\n')).toHaveLength(1)
  })

  it('lists its settings with their units, defaults and variables', async () => {
    const { output, ended } = server('--help')
    expect(await ended).toBe(0)
    for (const word of [
      '--port <TCP port>',
      '--hold <ms>',
      'default: 25000',
      'env: PLAYGROUND_HOLD',
      'env: PORT',
      '--history',
    ]) {
      expect(output().replace(/\s+/g, ' ')).toContain(word)
    }
  })

  it.each([
    [['--port', '70000'], {}, 'port', '70000', '0 to 65535'],
    [['--hold', '5s'], {}, 'hold', '5s', 'a whole number of ms from 0 to 600000'],
    [['--log-level', 'loud'], {}, 'log-level', 'loud', 'trace or silent'],
    [[], { PLAYGROUND_HISTORY: '-1' }, 'PLAYGROUND_HISTORY', '-1', '0 to 10000'],
    [['--colour'], {}, '--colour', 'unknown option', '--help'],
  ])('refuses %j %j with the setting, the value and what is allowed', async (args, env, setting, value, allowed) => {
    const { output, ended } = run(process.execPath, ['dist/server/main.js', ...args], {
      env: env,
    })
    expect(await ended).toBe(1)
    expect(output()).toContain(setting)
    expect(output()).toContain(value)
    expect(output()).toContain(
      allowed.replace('0 to 65535', 'from 0 to 65535').replace('0 to 10000', 'from 0 to 10000'),
    )
  })

  it.each([
    [['--host', 'no-such-host.invalid'], {}, '--host (from the command line), --port (from the command line)'],
    [[], { PLAYGROUND_HOST: 'no-such-host.invalid' }, '--host (from the environment variable PLAYGROUND_HOST)'],
    [[], { HOST: 'no-such-host.invalid', PORT: '0' }, '--host (from the environment variable HOST)'],
    [['--tls-cert', '/nowhere/cert.pem'], { PLAYGROUND_TLS_KEY: '' }, '--tls-cert (from the command line)'],
    [['--tls-key', '/nowhere/key.pem'], {}, '--tls-key (from the command line)'],
  ])('with %j and %j fails and names where the values come from', async (args, env, expected) => {
    const { output, ended } = run(process.execPath, ['dist/server/main.js', '--port', '0', ...args], { env })
    expect(await ended).toBe(1)
    expect(output()).toContain(expected)
  })

  it('ignores HOST without PORT, which shells set to the name of the machine', async () => {
    const { output } = run(process.execPath, ['dist/server/main.js', '--port', '0'], {
      env: { HOST: 'x86_64-conda-linux-gnu' },
    })
    await expect.poll(output).toContain('is at http://localhost:')
  })

  it('prefers PLAYGROUND_HOST to HOST beside PORT', async () => {
    const env = { HOST: 'no-such-host.invalid', PORT: '0', PLAYGROUND_HOST: '127.0.0.1' }
    const { output } = run(process.execPath, ['dist/server/main.js'], { env })
    await expect.poll(output).toContain('is at http://127.0.0.1:')
  })

  it('ends by SIGTERM to `npm start`, and frees its port', async () => {
    // In a process group, so that a server that survives npm is ended too. The files are built: `prestart` is skipped.
    const npm = spawn('npm', ['start', '--ignore-scripts', '--', '--port', '0'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(npm, 'exit')
    endGroupWithTest(npm)
    let output = ''
    npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    await expect.poll(() => addressIn(output)).toBeDefined()
    npm.kill('SIGTERM')
    await ended
    await expect(fetch(`${addressIn(output)}/healthz`)).rejects.toThrow('fetch failed')
  })

  it('reports a port in use and the remedy', async () => {
    const taken = createServer().listen(0, 'localhost')
    onTestFinished(() => void taken.close())
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const { output, ended } = server('--port', String(port))
    expect(await ended).toBe(1)
    expect(output()).toContain(`port ${port} is taken: choose another with --port`)
  })

  it('logs no token at any log level', async () => {
    const { output } = server('--port', '0', '--log-level', 'trace')
    await expect.poll(() => addressIn(output())).toBeDefined()
    const base = addressIn(output()) ?? ''
    const joined = (await (await fetch(`${base}/rooms/lobby/members`, { method: 'POST' })).json()) as { token: string }
    const headers = { authorization: `Bearer ${joined.token}` }
    await fetch(`${base}/rooms/lobby/short-poll`, { headers })
    await fetch(`${base}/rooms/lobby/messages`, { method: 'POST', headers, body: '{' })
    await fetch(`${base}/rooms/lobby/members/me`, { method: 'DELETE', headers })
    const engine = `${base}/rooms/lobby/socket-io?EIO=4&transport=polling`
    const { sid } = JSON.parse((await (await fetch(engine)).text()).slice(1)) as { sid: string }
    await fetch(`${engine}&sid=${sid}`, { method: 'POST', body: '40' })
    await expect.poll(output).toContain('sid=…')
    expect(output()).toContain('/rooms/lobby/short-poll')
    for (const secret of [joined.token, sid]) expect(output()).not.toContain(secret)
  })

  it('runs from its packed tarball, outside the repository', LONG, async () => {
    const folder = await unpack()
    const { output } = run(process.execPath, ['package/dist/server/main.js', '--port', '0'], { cwd: folder })
    await expect.poll(() => addressIn(output())).toBeDefined()
    const base = addressIn(output()) ?? ''
    expect((await fetch(`${base}/js/main.js`)).status).toBe(200)
  })
})

describe('the packed client', () => {
  it('sends and receives over every transport when imported by package name', LONG, async () => {
    const folder = await unpack()
    const { base } = await startPlayground()
    const script = `
      import { join, TRANSPORTS } from 'transport-playground/client'
      const room = await join('${base}', { name: 'ada', tuning: { intervalMs: 20 } })
      for (const transport of TRANSPORTS) {
        room.use(transport)
        await room.send(transport)
      }
      for await (const event of room) {
        if (event.type === 'message') console.log(event.from.name, event.text)
        if (event.text === TRANSPORTS.at(-1)) await room.close()
      }`
    const { output, ended } = run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder })
    expect(await ended, output()).toBe(0)
    expect(output().trim().split('\n')).toEqual(TRANSPORTS.map((transport) => `ada ${transport}`))
  })

  it('has types that compile without the DOM library', LONG, async () => {
    const folder = await unpack()
    const script = `
      import { join, type RoomItem } from 'transport-playground/client'
      const room = await join('http://localhost:3000', { transport: 'sse' })
      const item: RoomItem | null = room.read()
      // @ts-expect-error what is a number is known to be one
      const pending: string = room.pending
      if (item?.type === 'message') console.log(item.text.length, pending)`
    await writeFile(joinPath(folder, 'use.mts'), script)
    const tsc = joinPath(process.cwd(), 'node_modules/typescript/bin/tsc')
    const options =
      '--noEmit --strict --skipLibCheck --module nodenext --target es2023 --lib es2023 --types node use.mts'.split(' ')
    const { output, ended } = run(process.execPath, [tsc, ...options], { cwd: folder })
    expect(await ended, output()).toBe(0)
  })

  it('imports only dependencies of the package', async () => {
    const { dependencies } = JSON.parse(await readFile('package.json', 'utf8')) as { dependencies: object }
    const built = await readFile('dist/client/index.js', 'utf8')
    const needed = [...built.matchAll(/(?:from |import\()"([^"./][^"]*)"/g)].map(([, name]) => name ?? '')
    expect(needed.sort()).toEqual(['engine.io-client', 'eventsource-parser', 'socket.io-client', 'ws'])
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(needed))
  })
})

describe('the terminal client', () => {
  it('joins, sends, switches, and prints the messages of others', async () => {
    const { base } = await startPlayground()
    const chat = (name: string) => {
      const args = ['dist/programs/chat.js', '--url', base, '--transport', 'long-poll', '--name', name]
      return run(process.execPath, args)
    }
    const ada = chat('ada')
    await expect.poll(ada.output).toContain('connected by long-poll')
    const ben = chat('ben')
    await expect.poll(ben.output).toContain('connected by long-poll')
    await expect.poll(ada.output).toContain('ben joined')
    ada.child.stdin?.write('hello from a terminal\n@ben psst\n/use websocket\n@nobody hi\n')
    await expect.poll(ben.output).toContain('ada: hello from a terminal')
    await expect.poll(ben.output).toContain('ada → ben: psst')
    await expect.poll(ada.output).toContain('connected by websocket')
    expect(ada.output()).toContain('no member here is called nobody')
    ada.child.stdin?.end('bye\n')
    expect(await ada.ended).toBe(0)
    await expect.poll(ben.output).toContain('ada: bye')
    await expect.poll(ben.output).toContain('ada left')
    ben.child.stdin?.write('/close\n')
    expect(await ben.ended).toBe(0)
    expect(ben.output()).toContain('the server ended this')
  })

  it('prints the reason when it cannot join', async () => {
    const args = ['dist/programs/chat.js', '--url', 'http://127.0.0.1:1']
    const { output, ended } = run(process.execPath, args)
    expect(await ended).toBe(1)
    expect(output()).toContain('cannot join lobby at http://127.0.0.1:1')
  })
})
