import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SCENARIOS } from '../bench/report/schema.ts'
import { TRANSPORTS } from '../src/protocol.ts'
import { flagOf, SETTINGS, variableOf, type SettingName } from '../src/server/config/settings.ts'

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]
const read = (path: string): string => readFileSync(path, 'utf8')

/** Cells of the rows of all tables in a document. */
const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

/** Targets of links within the repository that do not exist. */
const brokenLinks = (path: string, text: string): string[] =>
  [...text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !existsSync(join(dirname(path), target)))

/** Names of source files in a document that do not exist. A name is relative to the repository or to the server. */
const unknownFiles = (text: string): string[] =>
  [...text.matchAll(/`((?:[a-z0-9-]+\/)+[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:tsx?|json|css))`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !existsSync(name) && !existsSync(join('src/server', name)))

/** Folders of the repository in a document that do not exist. */
const unknownFolders = (text: string): string[] =>
  [...text.matchAll(/`((?:src|bench|test)(?:\/[a-z0-9-]+)*)\/?`/g)]
    .map(([, name = '']) => name)
    .filter((name) => !existsSync(name))

describe('the documents', () => {
  it.each(documents)('%s links to files that exist', (path) => {
    expect(brokenLinks(path, read(path))).toEqual([])
  })

  // The document about a new transport names the files of an example.
  it.each(documents.filter((path) => path !== 'docs/adding-a-transport.md'))(
    '%s names source files and folders that exist',
    (path) => {
      expect([...unknownFiles(read(path)), ...unknownFolders(read(path))]).toEqual([])
    },
  )

  it('a link, a file and a folder that do not exist are found', () => {
    expect(brokenLinks('docs/a.md', 'see [this](nowhere.md) and [that](../README.md#use)')).toEqual(['nowhere.md'])
    expect(unknownFiles('`room/room.ts`, `room/nowhere.ts`, `src/protocol.ts`')).toEqual(['room/nowhere.ts'])
    expect(unknownFolders('`src/server`, `src/nowhere/`')).toEqual(['src/nowhere'])
  })

  it('the README has at most 120 lines', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(120)
  })

  it('the README lists all transports in their order', () => {
    const listed = rowsOf(read('README.md')).map(([name = '']) => name.replaceAll('`', ''))
    expect(listed.filter((name) => (TRANSPORTS as readonly string[]).includes(name))).toEqual([...TRANSPORTS])
  })
})

describe('docs/operations.md', () => {
  const rows = new Map(rowsOf(read('docs/operations.md')).map((row) => [row[0], row]))

  it.each(Object.keys(SETTINGS) as SettingName[])('has the variable, the default and the range of %s', (name) => {
    const [, variable, fallback, allowed] = rows.get(`\`--${flagOf(name)}\``) ?? []
    const setting = SETTINGS[name]
    expect(variable).toBe(`\`${variableOf(name)}\``)
    if (typeof setting.default === 'string') expect(fallback).toBe(setting.default ? `\`${setting.default}\`` : 'none')
    else expect(fallback).toBe(String(setting.default))
    if ('unit' in setting) expect(allowed).toContain(`${setting.min} to ${setting.max}`)
  })

  it('has no setting that does not exist', () => {
    const flags = [...rows.keys()].filter((cell) => cell?.startsWith('`--'))
    expect(flags).toHaveLength(Object.keys(SETTINGS).length)
  })
})

describe('docs/benchmark.md', () => {
  it('lists all scenarios', () => {
    const names = rowsOf(read('docs/benchmark.md')).map(([name = '']) => name.replaceAll('`', ''))
    expect(names).toEqual(expect.arrayContaining([...SCENARIOS]))
  })
})
