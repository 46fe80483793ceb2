import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'

import { afterEach, describe, expect, test } from 'vitest'

import { FIELDS, PROFILE_NAMES } from '../../src/link/profile.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

interface Run {
  child: ChildProcess
  out: string
  error: string
  exit: Promise<number | null>
}

function run(...flags: string[]): Run {
  const child = spawn(process.execPath, ['dist/programs/link.js', ...flags], {
    env: { ...process.env, COLUMNS: '200' },
  })
  const exit = once(child, 'close').then(([code]) => code as number | null)
  const result: Run = { child, out: '', error: '', exit }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (result.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (result.error += text))
  cleanups.push(() => child.kill('SIGKILL'))
  return result
}

/** Waits for the line with the address. */
async function started(link: Run): Promise<number> {
  while (!link.out.includes('\n')) {
    const alive = await Promise.race([once(link.child.stdout ?? link.child, 'data').then(() => true), link.exit])
    if (alive !== true) throw new Error(`exited early: ${link.error}`)
  }
  return Number(/^http:\/\/127\.0\.0\.1:(\d+)/.exec(link.out)?.[1])
}

async function echoServer(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  return (server.address() as AddressInfo).port
}

describe('npm run link', () => {
  test('relays, prints its addresses and profile, and prints counts at the end', async () => {
    const to = await echoServer()
    const link = run(
      '--to',
      String(to),
      '--rtt',
      '20',
      '--cut-every',
      '3600000',
      '--idle-kill',
      '3600000',
      '--seed',
      '5',
    )
    const port = await started(link)
    expect(link.out).toBe(
      `http://127.0.0.1:${port} -> 127.0.0.1:${to}, delayMs 10, idleKillMs 3600000, cutEveryMs 3600000, seed 5\n`,
    )
    const client = connect(port, '127.0.0.1')
    const startMs = performance.now()
    client.write('there and back')
    await once(client, 'data')
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(40)
    // The connection is still open, and timers run: the link ends by itself all the same.
    link.child.kill('SIGINT')
    expect(await link.exit).toBe(0)
    client.destroy()
    expect(link.out.split('\n').slice(1)).toEqual([
      'connections: 1 opened, 0 refused',
      'up: 14 bytes received, 14 forwarded',
      'down: 14 bytes received, 14 forwarded',
      '',
    ])
    expect(link.error).toBe('')
  })

  test('connects to several servers in turn', async () => {
    const names = ['one', 'two']
    const ports = await Promise.all(
      names.map(async (name) => {
        const server = createServer((socket) => socket.end(name)).listen(0, '127.0.0.1')
        await once(server, 'listening')
        cleanups.push(() => server.close())
        return String((server.address() as AddressInfo).port)
      }),
    )
    const link = run(...ports.flatMap((port) => ['--to', port]))
    const port = await started(link)
    const heard: string[] = []
    for (let i = 0; i < 4; i++) {
      const [name] = (await once(connect(port, '127.0.0.1'), 'data')) as [Buffer]
      heard.push(name.toString())
    }
    expect(heard).toEqual(['one', 'two', 'one', 'two'])
  })

  test('reports an unreachable server for each connection and continues', async () => {
    const port = await started(run('--to', 'localhost:1'))
    const link = run('--to', '127.0.0.1:1', '--profile', 'tunnel', '--cut-for', '1')
    const linkPort = await started(link)
    for (const connection of [1, 2]) {
      const client = connect(linkPort, '127.0.0.1')
      client.on('error', () => undefined)
      await new Promise((resolve) => client.once('close', resolve))
      while (!link.error.includes(`connection ${connection}: 127.0.0.1:1 unreachable: connect ECONNREFUSED`)) {
        await once(link.child.stderr ?? link.child, 'data')
      }
    }
    expect(port).not.toBe(linkPort)
    link.child.kill('SIGTERM')
    expect(await link.exit).toBe(0)
    expect(link.out).toContain('connections: 2 opened, 0 refused')
  })

  test('prints flags, units, defaults and profiles with --help', async () => {
    const help = run('--help')
    expect(await help.exit).toBe(0)
    for (const name of PROFILE_NAMES) expect(help.out).toMatch(new RegExp(`^  ${name}  +\\w`, 'm'))
    const text = help.out.replaceAll(/\s+/g, ' ')
    expect(text).toContain('--rtt <ms> round trip, half of it each way: a number of ms from 0 to 120000 (default: 0)')
    expect(text).toContain(
      '--mbit <Mbit/s> bandwidth each way: a number of Mbit/s from 0.001 to 100000 (default: no limit)',
    )
    expect(text).toContain('TCP loss is not emulated')
    // Every field can be set: as many flags with a default as there are fields, beside port, profile and seed.
    expect(text.match(/default:/g)?.length).toBe(Object.keys(FIELDS).length + 1 + 3)
  })

  test.each([
    [['--rtt', 'abc'], "'--rtt <ms>' argument 'abc' is invalid. abc is not allowed: a number of ms from 0 to 120000"],
    [['--rtt', '-1'], '--rtt'],
    [
      ['--mbit', '0'],
      "'--mbit <Mbit/s>' argument '0' is invalid. 0 is not allowed: a number of Mbit/s from 0.001 to 100000",
    ],
    [
      ['--slice', '1.5'],
      "'--slice <bytes>' argument '1.5' is invalid. 1.5 is not allowed: a whole number of bytes from 1 to 65536",
    ],
    [['--profile', '5g'], "argument '5g' is invalid. Allowed choices are local, wifi"],
    [['--to', 'example.com:80'], "argument 'example.com:80' is invalid. Allowed: a port, 1 to 65535, or host:port"],
    [['--to', '70000'], "argument '70000' is invalid. Allowed: a port, 1 to 65535"],
    [['--port', '65536'], "argument '65536' is invalid. 65536 is not allowed: a whole number from 0 to 65535"],
    [['--cut-every', '100', '--cut-for', '100'], '--cut-for is 100; allowed: less than --cut-every, which is 100 ms'],
    [['--stall-for', '100'], '--stall-for is 100; allowed: 0, or --stall-every besides'],
    [['--latency', '5'], "unknown option '--latency'"],
    [[], "required option '--to <port or host:port>' not specified"],
  ])('refuses %j', async (flags, message) => {
    const link = run(...(flags.length === 0 || flags[0] === '--to' ? [] : ['--to', '3000']), ...flags)
    expect(await link.exit).toBe(1)
    expect(link.error).toContain(message)
    expect(link.out).toBe('')
  })

  test('reports a port in use', async () => {
    const taken = await echoServer()
    const link = run('--to', '3000', '--port', String(taken))
    expect(await link.exit).toBe(1)
    expect(link.error).toMatch(new RegExp(`^error: cannot listen on port ${taken}: .*EADDRINUSE`))
  })
})
