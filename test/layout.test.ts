import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/** What every folder may import; it imports nothing else of ours. */
const SHARED = [
  'src/frame-sizes.ts',
  'src/meter.ts',
  'src/names.ts',
  'src/number-range.ts',
  'src/protocol.ts',
  'src/random.ts',
  'src/transports.ts',
]

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

const filesIn = (root: string) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => join(root, path))
const files = filesIn('src')

/** What a file imports of ours, types included. */
const importsOf = (file: string): string[] =>
  ts
    .preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .map(({ fileName }) => join(dirname(file), fileName))

const graph = new Map([...files, ...filesIn('bench')].map((file) => [file, importsOf(file)]))
const sourceGraph = new Map([...graph].filter(([file]) => file.startsWith('src/')))
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

/** Imports between the folders of `root`, each arrow once. Files of `root` itself count as the folder '.'. */
function foldersOf(root: string, edges: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const inside = (file: string) => file.startsWith(`${root}/`)
  const folder = (file: string) => {
    const [first = '', rest] = relative(root, file).split('/')
    return rest === undefined ? '.' : first
  }
  const folders = new Map<string, Set<string>>()
  for (const [file, imports] of edges) {
    if (!inside(file)) continue
    const arrows = folders.get(folder(file)) ?? new Set()
    for (const imported of imports.filter(inside)) if (folder(imported) !== folder(file)) arrows.add(folder(imported))
    folders.set(folder(file), arrows)
  }
  return new Map([...folders].map(([from, to]) => [from, [...to]]))
}

/** Files of one feature whose names differ in folder or ending only. A feature is a folder of src/<part>/, or of its views/. */
function sharedStems(paths: readonly string[]): string[] {
  const groups = new Map<string, string[]>()
  for (const path of paths.filter((path) => !/\/index\.tsx?$/.test(path))) {
    const [part = '', ...rest] = relative('src', path)
      .split('/')
      .filter((name) => name !== 'views')
    const key = [part, rest.length > 1 ? rest[0] : '', basename(path).replace(/\.tsx?$/, '')].join('/')
    groups.set(key, [...(groups.get(key) ?? []), path])
  }
  return [...groups.values()].filter((group) => group.length > 1).map((group) => group.join(', '))
}

describe('the layout', () => {
  it('imports in one direction: server and client share only the shared files, which import no other part', () => {
    expect(files.length).toBeGreaterThan(50)
    expect(wrongArrows(sourceGraph)).toEqual([])
    for (const file of SHARED) expect(SHARED).toEqual(expect.arrayContaining(graph.get(file) ?? ['no such file']))
    expect(wrongArrows(new Map([['src/client/session.ts', ['src/server/room.ts']]]))).toHaveLength(1)
  })

  it('has no circular imports, types included', () => {
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

  it.each(['src/server', 'src/page', 'src/client', 'bench'])('%s has no cycle between its folders', (root) => {
    const folders = foldersOf(root, graph)
    expect(folders.size).toBeGreaterThan(1)
    expect(cyclesIn(folders)).toEqual([])
  })

  it('finds a cycle between folders without a cycle of files', () => {
    const files = new Map([
      ['src/server/room/room.ts', ['src/server/log/log.ts']],
      ['src/server/log/clock.ts', ['src/server/room/ids.ts']],
    ])
    expect(cyclesIn(files)).toEqual([])
    expect(cyclesIn(foldersOf('src/server', files))).toEqual(['room → log → room'])
  })

  it('keeps the arrows between the folders of the server at 50 or fewer', () => {
    expect([...foldersOf('src/server', graph).values()].flat().length).toBeLessThanOrEqual(50)
  })

  it('has no two files with one stem in a feature, except index files', () => {
    expect(sharedStems(files)).toEqual([])
    expect(sharedStems(['src/page/compare/race.ts', 'src/page/views/compare/race.tsx'])).toEqual([
      'src/page/compare/race.ts, src/page/views/compare/race.tsx',
    ])
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
    ['@fastify/swagger-ui', '2.1.0'],
    ['ajv', '6.12.3'],
    ['cookie', '0.7.0'],
    ['engine.io', '6.4.2'],
    ['esbuild', '0.25.0'],
    ['faye', '1.4.0'],
    ['find-my-way', '9.0.1'],
    ['form-data', '4.0.4'],
    ['socket.io', '4.6.2'],
    ['socket.io-parser', '4.2.3'],
    ['sockjs', '0.3.20'],
    ['tar-fs', '3.1.1'],
    ['xmlhttprequest-ssl', '1.6.2'],
  ])('has %s at %s or newer, because older versions have known vulnerabilities', (name, floor) => {
    const versions = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`))
    expect(versions.length).toBeGreaterThan(0)
    for (const [, { version }] of versions) expect(isAtLeast(version ?? '0', floor), `${name} ${version}`).toBe(true)
  })
})
