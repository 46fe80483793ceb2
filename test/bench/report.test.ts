import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { conclusionsOf } from '../../bench/analysis/conclusions.ts'
import { compareCommand, type Streams } from '../../bench/commands/compare-command.ts'
import { compareReports } from '../../src/models/report-comparison.ts'
import { renderCsv } from '../../bench/report/csv.ts'
import { spread } from '../../bench/report/drawing/spread.ts'
import { FIGURES } from '../../bench/report/figures/list.ts'
import { figure, interval, spelled, tick } from '../../bench/report/format.ts'
import { renderHtml } from '../../bench/report/html.ts'
import { SCHEMA_FILES } from '../../bench/commands/schema-files.ts'
import { checkReport, readReport, ReportError } from '../../bench/report/read.ts'
import { overviewOf } from '../../bench/report/overview.ts'
import type { Cell, Report } from '../../bench/report/schema.ts'
import { renderTerminal } from '../../bench/report/terminal.ts'
import { displayWidth, tableLines, wrap } from '../../bench/report/terminal-table.ts'
import { en } from '../../bench/report/texts/en.ts'
import { zhCN } from '../../bench/report/texts/zh-cn.ts'
import { writeReport } from '../../bench/report/write.ts'
import { TRANSPORTS } from '../../src/protocol.ts'
import { LONG } from '../support/long.ts'
import { sampleReport } from '../support/sample-report.ts'

const sample = sampleReport()
const text = (value: unknown) => JSON.stringify(value)
const changed = (report: Report, id: string, change: (cell: Cell) => Cell): Report => ({
  ...report,
  cells: report.cells.map((cell) => (cell.id === id ? change(cell) : cell)),
})

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'report-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

describe('the schema', () => {
  it('is stored as JSON equal to the schema in the code', async () => {
    const { path, text: expected } = SCHEMA_FILES.report
    expect(await readFile(path, 'utf8'), 'npx tsx bench/commands/write-schemas.ts').toBe(expected)
  })

  it('accepts an older report, whose raw client is called lean, as equal to a new one', () => {
    const older = JSON.parse(text(sample).replaceAll('"client":"raw"', '"client":"lean"')) as unknown
    expect(older).not.toEqual(JSON.parse(text(sample)))
    expect(checkReport(older, 'older')).toEqual(JSON.parse(text(sample)))
  })

  it('accepts a report of the suite', () => {
    expect(checkReport(JSON.parse(text(sample)), 'sample')).toEqual(JSON.parse(text(sample)))
  })

  it('is a valid JSON Schema for another validator', async ({ skip }) => {
    const require = createRequire(import.meta.url)
    let path: string
    try {
      path = require.resolve('ajv')
    } catch {
      return skip('ajv is nobody’s dependency here')
    }
    interface Validator {
      (value: unknown): boolean
      errors?: unknown
    }
    const { Ajv } = (await import(path)) as {
      Ajv: new (options: object) => { compile: (schema: unknown) => Validator }
    }
    const validate = new Ajv({ strict: false }).compile(JSON.parse(SCHEMA_FILES.report.text))
    expect(validate(JSON.parse(text(sample))), text(validate.errors)).toBe(true)
    expect(validate({ ...sample, schemaVersion: 2 })).toBe(false)
  })

  it.each([
    ['another version', { ...sample, schemaVersion: 2 }, /schemaVersion is 2; this program reads version 1/],
    ['a field that is missing', { ...sample, cells: undefined }, /cells/],
    [
      'a field of the wrong type',
      changed(sample, 'latency/websocket', (cell) => ({ ...cell, durationS: Number.NaN })),
      /cells\.\d+\.durationS/,
    ],
    ['nothing', null, /not a report/],
  ])('refuses %s and names it', (_, value, message) => {
    const read = () => checkReport(JSON.parse(text(value)), 'a.json')
    expect(read).toThrow(ReportError)
    expect(read).toThrow(message)
  })
})

describe('figures in words', () => {
  it('have three digits, groups and units', () => {
    expect([0.000123, 0.5, 12.345, 435.2, 7168.4].map((value) => figure(value))).toEqual([
      '0.000123',
      '0.500',
      '12.3',
      '435',
      '7\u202f168',
    ])
    expect(spelled(1.5, 'ms')).toBe('1.50\u202fms')
    expect(spelled(20, '/s')).toBe('20.0/s')
    expect([0, 0.25, 2.5, 1000, -0.1].map(tick)).toEqual(['0', '0.25', '2.5', '1\u202f000', '−0.1'])
    expect(figure(-0.0000000001)).toBe('0')
    expect(figure(Number.NaN)).toBe('?')
  })

  it('show an interval as an interval', () => {
    expect(interval(550.1, 550.5)).toMatchObject({ low: '550.1', high: '550.5' })
    expect(interval(96.2, 101.9)).toMatchObject({ low: '96', high: '102' })
    expect(interval(3, 3)).toMatchObject({ low: '3.00', high: '3.00' })
  })
})

describe('CSV', () => {
  /** RFC 4180, read by the letter. */
  function parse(csv: string): string[][] {
    const rows: string[][] = [[]]
    for (const [, field = '', end] of csv.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/g)) {
      rows.at(-1)?.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field)
      if (end === '\r\n') rows.push([])
    }
    return rows.slice(0, -1)
  }

  it('has a readable row for each figure of each cell', () => {
    const reason = 'said "no", and\nthen, nothing'
    const report = changed(sample, 'latency/websocket', (cell) => ({
      ...cell,
      validity: { valid: false, attempts: 3, reasons: [reason] },
    }))
    const [head = [], ...rows] = parse(renderCsv(report))
    const records = rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])))
    expect(rows.every((row) => row.length === head.length)).toBe(true)
    expect(new Set(records.map(({ cell }) => cell))).toEqual(new Set(report.cells.map(({ id }) => id)))
    const cell = report.cells.find(({ id }) => id === 'latency/websocket')
    const p50 = records.find((record) => record['cell'] === 'latency/websocket' && record['metric'] === 'p50')
    expect(p50).toMatchObject({ unit: 'ms', valid: 'false', reasons: reason, subject: 'websocket' })
    expect(Number(p50?.['value'])).toBe(cell?.latencyMs?.p50)
    expect([p50?.['low'], p50?.['high']].map(Number)).toEqual(cell?.latencyMs?.medianInterval)
    expect(records.find(({ metric }) => metric === 'model.p50Ms')).toMatchObject({ unit: 'ms', valid: 'true' })
  })

  it('contains no cell that a spreadsheet reads as a formula', () => {
    const report = { ...sample, cells: sample.cells.slice(0, 1).map((cell) => ({ ...cell, subject: '=1+1' })) }
    expect(renderCsv(report)).toContain(",'=1+1,")
  })
})

describe('the page', () => {
  const html = renderHtml(sample)

  it('loads nothing from elsewhere', () => {
    const withoutNames = html.replaceAll('http://www.w3.org/2000/svg', '')
    expect(withoutNames).not.toMatch(/https?:\/\/|\ssrc=|<link|@import|url\((?!#)/)
    expect(html).toMatch(/default-src &#39;none&#39;/)
  })

  it('has every figure in both languages, drawn without script, for pages and for phones', () => {
    for (const { id } of FIGURES) {
      for (const [language, texts] of [
        ['en', en],
        ['zh-CN', zhCN],
      ] as const) {
        const section = html.split(`id="${language}-${id}"`)[1]?.split('</section>')[0] ?? ''
        expect(section, `${language} ${id}`).toContain(texts.figures[id].title)
        expect(section.match(/<svg xmlns/g)?.length ?? 0, `${language} ${id}`).toBeGreaterThanOrEqual(2)
        expect(section).toContain('<details>')
      }
    }
    expect(html).not.toMatch(/NaN|undefined|Infinity|\[object/)
  })

  it('uses colour variables, so that one picture serves light, dark and print', () => {
    expect(html).toContain('stroke="var(--websocket)"')
    expect(html.match(/<svg xmlns.*?<\/svg>/gs)?.join('')).not.toMatch(/(?:fill|stroke)="#(?!000")/)
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([])
  })

  it.each(TRANSPORTS)('has a colour for each variable of a picture of %s', (transport) => {
    const page = renderHtml({ ...sample, cells: sample.cells.map((cell) => ({ ...cell, subject: transport })) })
    const defined = new Set([...page.matchAll(/(--[\w-]+):/g)].map(([, name]) => name))
    const used = new Set([...page.matchAll(/(?:fill|stroke)="var\((--[\w-]+)\)"/g)].map(([, name]) => name))
    expect(used).toContain(`--${transport}-ink`)
    expect([...used].filter((name) => !defined.has(name))).toEqual([])
  })

  it('is the same for the same report', () => {
    expect(renderHtml(sampleReport())).toBe(html)
  })

  it('states when a figure has no cells', () => {
    const empty = renderHtml({
      ...sample,
      cells: [],
      comparisons: [],
      crossovers: [],
      published: [],
      conclusions: [],
      selfChecks: [],
    })
    expect(empty).not.toContain('<svg xmlns')
    for (const { id } of FIGURES) expect(empty).toContain(`id="en-${id}"`)
    expect(empty).toContain(en.noConclusions)
    expect(empty).toContain(zhCN.noChecks)
  })

  it('lists void cells with their reasons, and missing cells', () => {
    for (const words of [
      'void: 10 of 2000 deliveries did not come',
      'memory of sse: no such transport yet',
      en.fails,
      zhCN.fails,
    ]) {
      expect(html).toContain(words)
    }
  })

  it('escapes the texts of a report', () => {
    const evil = '</svg><script>alert(1)</script>"\'{a|x}'
    const report: Report = {
      ...changed(sample, 'latency/websocket', (cell) => ({
        ...cell,
        id: `latency/${evil}`,
        subject: evil,
        validity: { valid: false, attempts: 1, reasons: [evil] },
      })),
      command: evil,
      missing: [evil],
      conclusions: [{ en: evil, zh: evil }],
      comparisons: sample.comparisons.map((comparison) => ({ ...comparison, a: evil })),
    }
    const page = renderHtml(report)
    expect(page).not.toContain('<script>alert')
    expect(page.match(/<script>/g)).toHaveLength(1)
    expect(page).toContain('&lt;script&gt;alert(1)')
  })
})

describe('the transports side by side', () => {
  /** The sample's WebSocket, with what another transport costs otherwise. */
  const like = (subject: string, perMessage: number, connect: NonNullable<Cell['connect']>): Cell => {
    const cell = sample.cells.find(({ id }) => id === 'overhead/websocket')
    if (!cell?.bytes) throw new Error('the sample has no such cell')
    const bytes = { ...cell.bytes, perMessage: { application: { value: perMessage }, wire: null } }
    return { ...cell, id: `overhead/${subject}`, subject, bytes, connect }
  }
  const one = { requests: 1, connections: 1, bytes: 381 }
  const report: Report = {
    ...sample,
    cells: [
      ...sample.cells.filter(({ id }) => id !== 'overhead/websocket' && id !== 'overhead/short-poll'),
      like('short-poll', 400, one),
      like('websocket', 296, one),
      like('snapshot-poll', 12_000, one),
      like('socket-io', 281, { requests: 5, connections: 3, bytes: 1750 }),
    ],
  }

  it('has a row for each transport, and a dash without a measurement', () => {
    const [late, message, connect] = overviewOf(report, en).map(({ table }) => table.rows)
    expect(late?.map(([name]) => name)).toEqual([
      'short-poll', 'long-poll', 'websocket', 'snapshot-poll', 'socket-io',
    ]) // prettier-ignore
    expect(late?.at(-1)?.slice(1, 4)).toEqual(['–', '–', '–'])
    expect(message?.at(-1)?.slice(-2)).toEqual(['281', '–'])
    expect(connect?.at(-1)).toEqual(['socket-io', '5.00', '3.00', '1\u202f750'])
    expect(connect?.[1]).toEqual(['long-poll', '–', '–', '–'])
  })

  it('is absent for a single transport', () => {
    expect(overviewOf({ ...report, cells: [like('sse', 300, one)] }, en)).toEqual([])
  })

  it('states the cost of a compatibility layer and the saving of a cursor in both languages', () => {
    const said = conclusionsOf(report)
    const find = (words: string) => said.find((line) => line.en.includes(words))
    expect(find('Socket.IO')?.en).toMatch(
      /281 bytes per message \(WebSocket: 296\).* 5 requests and 1750 bytes .*\(1 and 381\)/,
    )
    expect(find('Socket.IO')?.zh).toContain('5 个请求、1750 字节')
    expect(find('Savings of the cursor')?.en).toMatch(
      /12000 bytes with snapshot-poll.* 400 bytes with short-poll.* ratio is 30\./,
    )
    expect(find('Savings of the cursor')?.zh).toContain('30 倍')
    expect(conclusionsOf(sample).some(({ en: words }) => words.includes('Socket.IO'))).toBe(false)
  })
})

describe('the two languages', () => {
  function leaves(value: unknown, path = ''): [string, string][] {
    if (typeof value === 'function') return [[path, (value as (...all: unknown[]) => string)('7', '8', '9')]]
    if (typeof value === 'string') return [[path, value]]
    return Object.entries(value as object).flatMap(([key, one]) => leaves(one, path === '' ? key : `${path}.${key}`))
  }

  it('have the same texts, and the Chinese texts are Chinese', () => {
    const [inEnglish, inChinese] = [new Map(leaves(en)), new Map(leaves(zhCN))]
    expect([...inChinese.keys()]).toEqual([...inEnglish.keys()])
    const names =
      /^(subjects\.(websocket|sse|socket-io)|variants\.http[12]|environment\.node|textures\.tcpIp|comma|table\.(cliffsDelta|to)|metrics\.p|seconds|crossover\.sentence)/
    const untranslated = [...inChinese].filter(([key, words]) => !names.test(key) && !/\p{Script=Han}/u.test(words))
    expect(untranslated).toEqual([])
    expect([...inEnglish].filter(([, words]) => /\p{Script=Han}/u.test(words))).toEqual([])
  })
})

describe('the terminal', () => {
  it.each([80, 120])('shows measured, interval, model and validity within %i columns', (width) => {
    const shown = renderTerminal(sample, { colour: false, width })
    expect(shown.split('\n').filter((line) => displayWidth(line) > width)).toEqual([])
    for (const words of Object.values(en.scenarios)) expect(shown).toContain(words)
    const rows = shown.replace(/\n(?=requests per message)/g, '  ')
    expect(rows).toMatch(/short-poll, at 5\/s +requests per message +\S+ +\S+ to \S+ +1\.00 +yes/)
    expect(rows).toMatch(/short-poll, at 40\/s .* ◇ no/)
    expect(shown.replace(/\s+/g, ' ')).toContain('◇ short-poll, at 40/s: the load generator was at 83 % of a core')
    expect(shown).toMatch(/long-poll, at 800\/s\s+not measured +◇ no/)
    expect(shown).toContain('published: long-poll: average one transit, maximum over three')
    expect(shown).toContain('no difference shown')
    expect(shown).toContain('memory of sse: no such transport yet')
  })

  it('uses colour only on request, with the same text', () => {
    const plain = renderTerminal(sample, { colour: false, width: 120 })
    const coloured = renderTerminal(sample, { colour: true, width: 120 })
    expect(plain).toBe(stripVTControlCharacters(plain))
    expect(coloured).not.toBe(plain)
    expect(stripVTControlCharacters(coloured)).toBe(plain)
  })

  it('removes control characters of a report', () => {
    const report = {
      ...sample,
      missing: ['\u001b[2J\u001b]0;x\u0007gone\r\n'],
      conclusions: [{ en: '结论：短轮询平均等半个间隔。'.repeat(12), zh: '' }],
    }
    const shown = renderTerminal(report, { colour: false, width: 60 })
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/) // eslint-disable-line no-control-regex
    expect(shown.split('\n').filter((line) => displayWidth(line) > 60)).toEqual([])
  })

  it('aligns and wraps Chinese by its display width', () => {
    expect(displayWidth('短轮询 ◇')).toBe(8)
    const [head, first, second] = tableLines([{ head: 'a' }, { head: 'b' }], [['短轮询', '1'], ['abc', '2']], (words) => words) // prettier-ignore
    expect([head, first, second]).toEqual(['a       b', '短轮询  1', 'abc     2'])
    expect(wrap('一二三四五六七八九十一二三', 20)).toEqual(['一二三四五六七八九十', '一二三'])
    expect(wrap('x'.repeat(45), 20).map((line) => line.length)).toEqual([20, 20, 5])
  })
})

describe('labels at the ends of curves', () => {
  it('move apart, keep their order and stay within', () => {
    expect(spread([10, 12, 50], 15, 0, 100)).toEqual([10, 25, 50])
    expect(spread([98, 99, 100], 15, 0, 100)).toEqual([70, 85, 100])
  })
})

describe('writing a report', () => {
  it('writes three files to a folder named by time, and never overwrites a folder', async () => {
    const out = await folder()
    const first = await writeReport(sample, join(out, 'reports'))
    const second = await writeReport(sample, join(out, 'reports'))
    expect((await readdir(join(out, 'reports'))).sort()).toEqual(['2026-11-21T05-00-24Z', '2026-11-21T05-00-24Z-2'])
    expect(first.json).toBe(join(out, 'reports', '2026-11-21T05-00-24Z', 'report.json'))
    expect(await readReport(second.json)).toEqual(JSON.parse(text(sample)))
    expect(await readFile(first.csv, 'utf8')).toBe(renderCsv(sample))
    expect(await readFile(first.html, 'utf8')).toMatch(/^<!doctype html>/)
  })
})

describe('comparing two reports', () => {
  const slower = (share: number) =>
    changed(sample, 'overhead/websocket', (cell) => ({
      ...cell,
      ...(cell.bytes
        ? {
            bytes: {
              ...cell.bytes,
              perMessage: {
                ...cell.bytes.perMessage,
                wire: { value: (cell.bytes.perMessage.wire?.value ?? 0) * (1 + share) },
              },
            },
          }
        : {}),
    }))
  const row = (a: Report, b: Report, cell: string, metric: string) =>
    compareReports(a, b).rows.find((one) => one.cell === cell && one.metric === metric)

  it('finds no difference between a report and itself', () => {
    const { rows, differences, compared, machine, parameters, onlyInA, onlyInB } = compareReports(sample, sample)
    expect(differences).toBe(0)
    expect(compared).toBeGreaterThan(50)
    expect(
      rows.filter(({ cell }) => cell === 'rates/short-poll/40').every(({ verdict }) => verdict === 'not comparable'),
    ).toBe(true)
    expect([machine, parameters, onlyInA, onlyInB]).toEqual([[], [], [], []])
  })

  it('reports a difference in bytes from 2 % on', () => {
    expect(row(sample, slower(0.015), 'overhead/websocket', 'wireBytesPerMessage')?.verdict).toBe('no difference')
    expect(row(sample, slower(0.03), 'overhead/websocket', 'wireBytesPerMessage')).toMatchObject({
      verdict: 'a is lower',
    })
    expect(row(slower(0.03), sample, 'overhead/websocket', 'wireBytesPerMessage')?.verdict).toBe('b is lower')
  })

  it('names no winner when intervals overlap', () => {
    const times = (factor: number) =>
      changed(sample, 'latency/websocket', (cell) => {
        if (!cell.latencyMs) return cell
        const [low, high] = cell.latencyMs.medianInterval ?? [0, 0]
        return {
          ...cell,
          latencyMs: {
            ...cell.latencyMs,
            p50: cell.latencyMs.p50 * factor,
            medianInterval: [low * factor, high * factor],
          },
        }
      })
    expect(row(sample, times(1.05), 'latency/websocket', 'p50')).toMatchObject({
      verdict: 'no difference',
      because: 'the intervals overlap',
    })
    const apart = row(sample, times(1.5), 'latency/websocket', 'p50')
    expect(apart?.verdict).toBe('a is lower')
    expect(apart?.difference.low).toBeGreaterThan(0)
  })

  it('compares only cells with the same settings', () => {
    const other = changed(sample, 'memory/websocket', (cell) => ({ ...cell, clients: 3000 }))
    expect(row(sample, other, 'memory/websocket', 'memoryPerClient')).toMatchObject({
      verdict: 'not comparable',
      because: 'clients: 500 against 3000',
    })
    const browser: Report = { ...sample, parameters: { ...sample.parameters, headers: 'browser' } }
    expect(compareReports(sample, browser)).toMatchObject({
      compared: 0,
      parameters: [{ name: 'headers', a: 'minimal', b: 'browser' }],
    })
  })

  it('lists differences of the machines and cells that only one report has', () => {
    const other: Report = { ...sample, environment: { ...sample.environment, cores: 16 }, cells: sample.cells.slice(1) }
    expect(compareReports(sample, other)).toMatchObject({
      machine: [{ name: 'cores', a: '2', b: '16' }],
      onlyInA: ['latency/short-poll'],
      onlyInB: [],
    })
  })

  async function run(...argv: string[]) {
    let [out, err] = ['', '']
    const streams: Streams = {
      out: (words) => (out += words),
      err: (words) => (err += words),
      colour: false,
      width: 120,
    }
    const status = await compareCommand(argv, streams)
    return { status, out, err }
  }

  it('exits with 0, 1 or 2', async () => {
    const out = await folder()
    const { json: a } = await writeReport(sample, out)
    const write = async (name: string, words: string) => {
      await writeFile(join(out, name), words)
      return join(out, name)
    }
    const b = await write('b.json', text(slower(0.1)))
    expect(await run(a, a)).toMatchObject({ status: 0, err: '' })
    expect((await run(join(a, '..'), a)).out).toMatch(/^No difference shown in \d+ figures\./)
    const different = await run(a, b)
    expect(different.status).toBe(1)
    expect(different.out).toMatch(/overhead\/websocket +with TCP\/IP .*A is lower: more than 2 % apart/)

    const none = await write('none.json', text({ ...sample, cells: [] }))
    expect(await run(a, none)).toMatchObject({ status: 2, out: expect.stringMatching(/^Not comparable/) as string })
    expect(await run(a, join(out, 'nowhere.json'))).toMatchObject({
      status: 2,
      err: expect.stringContaining('there is no such file') as string,
    })
    expect((await run(a, await write('broken.json', '{"a":'))).err).toContain('not JSON')
    expect((await run(a, await write('other.json', '{"schemaVersion":9}'))).err).toContain(
      'this program reads version 1',
    )
    expect((await run(a, await write('empty.json', '{}'))).status).toBe(2)
    expect((await run(a, out)).err).toContain('report.json: cannot be read')
    expect((await run(a)).status).toBe(2)
    expect(await run('--help')).toMatchObject({
      status: 0,
      out: expect.stringContaining('Exit status: 0 no difference') as string,
    })
  })

  it('exits with the same status as a command', LONG, async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'bench/commands/compare-main.ts', 'nowhere', 'nowhere'])
    const [code] = (await once(child, 'close')) as [number]
    expect(code).toBe(2)
  })
})
