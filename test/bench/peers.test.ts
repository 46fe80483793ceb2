import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Compile } from 'typebox/compile'
import { describe, expect, it, onTestFinished } from 'vitest'
import { DeliveryCheck } from '../../bench/peers/generator/delivery-check.ts'
import { scan, textOf } from '../../bench/peers/generator/marker.ts'
import type { Peer } from '../../bench/peers/peer.ts'
import { renderPeersHtml } from '../../bench/peers/report/html.ts'
import { SCHEMA_FILES } from '../../bench/commands/schema-files.ts'
import { peersReportSchema, type PeersReport } from '../../bench/peers/report/schema.ts'
import { renderPeersTerminal } from '../../bench/peers/report/terminal.ts'
import { runPeers } from '../../bench/peers/run.ts'
import { escapeHtml } from '../../bench/report/escape.ts'
import { startProgram } from '../../bench/peers/peers/launch.ts'
import type { Fault } from '../support/faulty-room.ts'
import { LONG } from '../support/long.ts'
import { run } from '../support/process.ts'

const READERS = 4

/** A server that tampers with what one of its readers gets. */
const faulty = (fault: Fault): Peer => ({
  name: fault,
  version: () => '0',
  settings: 'none',
  lacks: 'truth',
  kinds: { websocket: { protocol: 'websocket', path: '/' } },
  async start() {
    const program = startProgram(process.execPath, ['--import', 'tsx', 'test/support/faulty-room.ts', fault])
    const port = () => Number(/port (\d+)/.exec(program.output())?.[1] ?? 0)
    await program.until(() => port() > 0)
    return { port: port(), pid: program.pid, stop: () => program.stop() }
  },
})

/** A small run by the command, as a user starts it. */
async function bench(...args: string[]): Promise<{ status: number | null; said: string; json: string; html: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'peers-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const [json, html] = [join(folder, 'a.json'), join(folder, 'a.html')]
  const { ended, output } = run(process.execPath, ['dist/bench/peers-main.js', '--json', json, '--html', html, ...args])
  const status = await ended
  const read = (path: string) => readFile(path, 'utf8').catch(() => '')
  return { status, said: output(), json: await read(json), html: await read(html) }
}

describe('npm run bench:peers', () => {
  it('delivers every message to every reader once and in order with every server', LONG, async () => {
    const kinds = 'websocket,sse,long-poll,short-poll'
    const short = ['--cycles', '1', '--slice', '20', '--rate', '100', '--latency', '20', '--settle', '0']
    const peers = 'own,socket-io,sockjs,faye'
    const { status, said, json, html } = await bench(
      '--peers',
      peers,
      '--kinds',
      kinds,
      '--clients',
      `${READERS}`,
      ...short,
    )
    expect(status, said).toBe(0)
    const value: unknown = JSON.parse(json)
    expect([...Compile(peersReportSchema).Errors(value)]).toEqual([])
    const report = value as PeersReport
    expect(report.missing).toEqual([])
    expect(report.cells.map(({ id }) => id)).toEqual([
      'websocket/ws',
      'websocket/own',
      'websocket/socket-io',
      'websocket/sockjs',
      'websocket/faye',
      'sse/http',
      'sse/own',
      'long-poll/http',
      'long-poll/own',
      'long-poll/socket-io',
      'long-poll/sockjs',
      'long-poll/faye',
      'short-poll/http',
      'short-poll/own',
    ])
    for (const { id, counts, costs, validity, latencyMs, isControl } of report.cells) {
      expect(counts, id).toMatchObject({ lost: 0, twice: 0, outOfOrder: 0, refused: 0, failures: 0 })
      expect(counts.delivered, id).toBe(counts.published * READERS)
      expect(counts.published, id).toBeGreaterThan(18)
      expect(validity.isVoid, id).toBe(false)
      expect(costs.map(({ inFlight }) => inFlight), id).toEqual([1, 8]) // prettier-ignore
      for (const { perDeliveryUs, ratio } of costs) {
        expect(perDeliveryUs.value, id).toBeGreaterThan(0)
        if (isControl) expect(ratio?.value, id).toBe(1)
      }
      expect(latencyMs?.n, id).toBeGreaterThanOrEqual(READERS)
    }
    for (const { name, version, settings, lacks } of report.peers) {
      expect(version, name).toMatch(/\d+\.\d+/)
      for (const words of [version, settings, lacks]) expect(html, name).toContain(escapeHtml(words))
      expect(said).toContain(`${name} ${version}`)
    }
    for (const kind of report.parameters.kinds) expect(html).toContain(`<section id="${kind}">`)
    expect(html).toContain('<svg')
    expect(html).not.toMatch(/<script|src=|@import/)
  })

  it(
    'has a void cell for a server that drops, doubles or swaps messages, and skips a missing server',
    LONG,
    async () => {
      const absent: Peer = { ...faulty('nothing'), name: 'absent', missing: () => 'apt-get install absent' }
      const broken: Peer = { ...faulty('nothing'), name: 'broken', start: () => Promise.reject(new Error('no port')) }
      const faults = ['drops one in a hundred', 'doubles one', 'swaps two'] as const
      const report = await runPeers({
        peers: [absent, broken, ...(['nothing', ...faults] as const).map(faulty)],
        parameters: {
          kinds: ['websocket'],
          clients: READERS,
          rounds: 1,
          cycles: 1,
          slice: 20,
          payload: 60,
          rate: 0,
          latency: 50,
          settle: 0,
          seed: 1,
        },
        progress: () => undefined,
        signal: new AbortController().signal,
      })
      expect(report.cells.map(({ peer, validity }) => [peer, validity.isVoid])).toEqual([
        ['nothing', false],
        ...faults.map((fault) => [fault, true]),
      ])
      const said = renderPeersTerminal(report, { colour: false, width: 1000 })
      const page = renderPeersHtml(report)
      expect(said).toMatch(/drops one in a hundred: void: \d+ of \d+ deliveries did not come/)
      expect(said).toMatch(/doubles one: void: 1 deliveries came twice/)
      expect(said).toMatch(/swaps two: void: .*\d+ deliveries came out of order/)
      for (const fault of faults) expect(said).toMatch(new RegExp(`${fault} ◇ +void`))
      expect(report.notInstalled).toEqual([{ name: 'absent', command: 'apt-get install absent' }])
      expect(report.missing).toEqual(['websocket/broken: round 1: no port'])
      for (const words of ['absent: apt-get install absent', 'websocket/broken: round 1: no port']) {
        expect(said).toContain(words)
        expect(page).toContain(words)
      }
    },
  )

  it('lists its flags with units, limits and defaults', async () => {
    const { status, said } = await bench('--help')
    expect(status).toBe(0)
    for (const words of ['--peers <names>', '--clients <readers>', '[1 to 15000]', 'default: 500', '--json <file>']) {
      expect(said).toContain(words)
    }
  })

  it.each([
    [['--peers', 'own,pigeon'], 'pigeon is not one of ws, http, own'],
    [['--kinds', 'smoke'], 'smoke is not one of websocket, sse'],
    [['--clients', '0'], 'readers from 1 to 15000'],
  ])('refuses %j with what is allowed', async (args, allowed) => {
    const { status, said } = await bench(...args)
    expect(status).toBe(1)
    expect(said).toContain(allowed)
  })

  it('has a schema file equal to the schema in the code', async () => {
    const { path, text } = SCHEMA_FILES.peers
    expect(await readFile(path, 'utf8'), 'npx tsx bench/commands/write-schemas.ts').toBe(text)
  })
})

describe('the check', () => {
  const checkOf = (published: number): DeliveryCheck => {
    const check = new DeliveryCheck(2)
    check.begin({ withLatencies: false })
    for (let i = 0; i < published; i++) check.publish(0)
    return check
  }
  const faultsOf = ({ lost, twice, outOfOrder, complete }: DeliveryCheck) => ({ lost, twice, outOfOrder, complete })

  it('accepts any order of the server that all readers share', () => {
    const check = checkOf(3)
    for (const sequence of [2, 1, 3]) for (const reader of [0, 1]) check.received(reader, sequence)
    expect(faultsOf(check)).toEqual({ lost: 0, twice: 0, outOfOrder: 0, complete: 3 })
  })

  it.each([
    ['lost', [1, 3], { lost: 1, twice: 0, outOfOrder: 0, complete: 2 }],
    ['twice', [1, 2, 2, 3], { lost: 0, twice: 1, outOfOrder: 0, complete: 3 }],
    ['out of order', [2, 1, 3], { lost: 0, twice: 0, outOfOrder: 1, complete: 3 }],
    ['late, and then again', [2, 1, 1, 3], { lost: 0, twice: 1, outOfOrder: 1, complete: 3 }],
  ])('counts what is %s', (_, received, expected) => {
    const check = checkOf(3)
    for (const sequence of [1, 2, 3]) check.received(0, sequence)
    for (const sequence of received) check.received(1, sequence)
    expect(faultsOf(check)).toEqual(expected)
  })

  it('counts messages after their slice as out of order', () => {
    const check = checkOf(1)
    check.begin({ withLatencies: false })
    check.received(0, 1)
    expect(check.outOfOrder).toBe(1)
  })
})

describe('the marker', () => {
  it('is found inside any wrapping, and only when it is complete', () => {
    const text = `a["{\\"text\\":\\"${textOf(41, 60)}\\"}"]${textOf(42, 14)}~~00000`
    const found: number[] = []
    const bytes = Buffer.from(text)
    const end = scan(bytes, 0, bytes.length, (sequence) => found.push(sequence))
    expect(found).toEqual([41, 42])
    expect(text.slice(end)).toBe('~~00000')
  })
})
