import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkReport } from '../../bench/report/read.ts'
import { LONG } from '../support/long.ts'
import { startPlayground } from '../support/playground.ts'
import { run } from '../support/process.ts'

const bench = (script: string, ...args: string[]) => run(process.execPath, [script, ...args])

describe('npm run bench', () => {
  it('lists its flags with units, limits and defaults', async () => {
    const { output, ended } = bench('dist/bench/main.js', '--help')
    expect(await ended).toBe(0)
    for (const word of [
      '--clients <subscribers>',
      '[1 to 2000]',
      '--interval <ms>',
      'default: 200',
      '--scenario <names>',
      '--transports <names>',
      '--quick',
    ]) {
      expect(output()).toContain(word)
    }
  })

  it.each([
    [['--clients', '0'], 'subscribers from 1 to 2000'],
    [['--rate', 'fast'], 'messages/s from 0.1 to 500'],
    [['--payload', '10'], 'bytes from 40 to 2000'],
    [['--headers', 'none'], 'minimal, browser'],
    [
      ['--scenario', 'latency,speed'],
      'speed is not one of latency, overhead, rates, rtt, http, sweep, memory, http2, deflate, capacity',
    ],
    [['--transports', 'sse,pigeon'], 'pigeon is not one of short-poll, long-poll, websocket, sse'],
    [['--quick', '--full'], 'cannot be used with'],
  ])('refuses %j with what is allowed', LONG, async (args, allowed) => {
    const { output, ended } = bench('dist/bench/main.js', ...args)
    expect(await ended).toBe(1)
    expect(output()).toContain(allowed)
  })

  it(
    'writes the finished cells and lists the missing cells when it is interrupted',
    { ...LONG, timeout: 90_000 },
    async () => {
      const out = await mkdtemp(join(tmpdir(), 'bench-'))
      onTestFinished(() => rm(out, { recursive: true, force: true }))
      const { child, output, ended } = bench(
        'dist/bench/main.js',
        '--quick',
        '--scenario',
        'latency,overhead',
        '--no-namespace',
        '--out',
        out,
      )
      await expect.poll(output, { timeout: 60_000 }).toContain('overhead: short-poll')
      child.kill('SIGINT')
      expect(await ended).toBe(1)
      const [folder = ''] = await readdir(out)
      const report = checkReport(JSON.parse(await readFile(join(out, folder, 'report.json'), 'utf8')), 'report.json')
      expect(report.missing).toEqual(['overhead: interrupted'])
      expect(report.cells.map(({ id }) => id)).toContain('latency/websocket')
      expect(report.environment.network).toBe('host')
      expect(output()).toContain('overhead: interrupted')
    },
  )
})

describe('npm run bench:http', () => {
  it('loads a running server with each kind of request', { ...LONG, timeout: 40_000 }, async () => {
    const { base } = await startPlayground()
    const { output, ended } = bench('dist/bench/http-main.js', '--url', base, '-c', '2', '-d', '1')
    expect(await ended).toBe(0)
    for (const subject of ['empty-poll', 'poll-10', 'ready-long-poll', 'post']) {
      const [, ...figures] = new RegExp(`^${subject} +(.*)$`, 'm').exec(output())?.[1]?.split(/ +/).map(Number) ?? []
      expect(figures.every(Number.isFinite), subject).toBe(true)
      expect(figures.slice(-2), subject).toEqual([0, 0])
    }
  })

  it('refuses to load another machine', async () => {
    const { output, ended } = bench('dist/bench/http-main.js', '--url', 'http://192.0.2.1:3000')
    expect(await ended).toBe(1)
    expect(output()).toContain('a URL of this machine')
  })
})
