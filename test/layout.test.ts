import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** What every folder may import; it imports nothing else of ours. */
const SHARED = ['src/protocol.ts', 'src/meter.ts', 'src/random.ts']

/** A folder of src/ may import itself, what is shared and what is named here: the arrows run one way. */
const ARROWS: Record<string, readonly string[]> = {
  build: [],
  server: ['link'],
  client: [],
  link: [],
  models: [],
  page: ['client', 'models'],
  node: ['client'],
  terminal: ['client', 'node'],
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => join('src', path))

/** What a file imports of ours, types included. */
const importsOf = (file: string): string[] =>
  ts
    .preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => join(dirname(file), fileName))

const graph = new Map(files.map((file) => [file, importsOf(file)]))
const folderOf = (file: string) => relative('src', file).split('/')[0] ?? ''

/** Ways round in a graph, each as the path that leads back to its beginning. */
function cyclesIn(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    const seenAt = path.indexOf(file)
    if (seenAt >= 0) cycles.push([...path.slice(seenAt), file].join(' → '))
    if (seenAt >= 0 || done.has(file)) return
    for (const next of edges.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of edges.keys()) visit(file, [])
  return cycles
}

/** Imports that run against the arrows. */
function wrongArrows(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const isAllowed = (from: string, to: string) =>
    SHARED.includes(to) || folderOf(from) === folderOf(to) || (ARROWS[folderOf(from)] ?? []).includes(folderOf(to))
  return [...edges].flatMap(([file, imports]) =>
    imports.filter((imported) => !isAllowed(file, imported)).map((imported) => `${file} → ${imported}`),
  )
}

describe('the layout', () => {
  it('has arrows that run one way: server and client meet only in what is shared, which imports nothing else of ours', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(wrongArrows(graph)).toEqual([])
    for (const file of SHARED) expect(SHARED).toEqual(expect.arrayContaining(graph.get(file) ?? ['no such file']))
    expect(wrongArrows(new Map([['src/client/session.ts', ['src/server/room.ts']]]))).toHaveLength(1)
  })

  it('has no circular imports, not even of types', () => {
    expect(cyclesIn(graph)).toEqual([])
    expect(
      cyclesIn(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['a']],
        ]),
      ),
    ).toEqual(['a → b → c → a'])
  })

  it('keeps each server transport under 60 lines', () => {
    const transports = files.filter((file) => file.startsWith('src/server/transports/'))
    expect(transports.length).toBeGreaterThan(3)
    for (const file of transports) expect(readFileSync(file, 'utf8').split('\n').length, file).toBeLessThan(60)
  })
})

describe('the lock file', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { version?: string; resolved?: string }>
  }
  const isAtLeast = (version: string, floor: string) => version.localeCompare(floor, 'en', { numeric: true }) >= 0

  it('records no download hosts', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved?.startsWith('http'))).toEqual([])
  })

  it.each([
    ['ws', '8.21.0'],
    ['fastify', '5.12.2'],
    ['@fastify/static', '9.1.1'],
  ])('has %s at %s or newer, below which there are known holes', (name, floor) => {
    const versions = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`))
    expect(versions.length).toBeGreaterThan(0)
    for (const [, { version }] of versions) expect(isAtLeast(version ?? '0', floor), `${name} ${version}`).toBe(true)
  })
})
