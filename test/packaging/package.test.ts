// @module-tag long
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { TRANSPORTS } from '../../src/protocol.ts'
import { emptyFolder, madeOnce } from '../support/folders.ts'
import { startPlayground } from '../support/playground.ts'
import { run } from '../support/process.ts'
import { describeWithRedis, startRedis } from '../support/redis.ts'
import { install, needsRegistry, pack, packClient, startByNpx, type Installer } from './installed.ts'

const INSTALL_MS = 180_000

const packed = madeOnce((folder) => pack('.', folder))
const packedClient = madeOnce(packClient)
const installedByNpm = madeOnce(async (folder) => {
  await install('npm', (await packed()).tarball, folder)
  return folder
})

const TYPES = String.raw`types/([a-z-]+|(client|client/transports|node)/[a-z-]+)\.d\.ts`

/** All files that a package may contain. */
const ALLOWED = {
  'transport-playground': [
    String.raw`(package\.json|README\.md|LICENSE)`,
    String.raw`dist/server/(main|[a-z-]+-[A-Z0-9]{8})\.js`,
    String.raw`dist/server/lua/[a-z-]+\.lua`,
    String.raw`dist/server/LICENSES\.txt`,
    String.raw`dist/server/swagger-ui/[a-z0-9-]+(\.[a-z0-9]+)*\.(js|css|png|svg)`,
    String.raw`dist/client/index\.js(\.map)?`,
    `dist/client/${TYPES}`,
    String.raw`public/(index\.html|icon\.svg|[a-z]+\.css)(\.br|\.gz)?`,
    String.raw`public/shipped-report/(report|coefficients)\.json(\.br|\.gz)?`,
    String.raw`public/js/(main|[A-Za-z.-]+-[A-Z0-9]{8})\.js(\.map|\.br|\.gz)?`,
  ],
  'transport-playground-client': [String.raw`(package\.json|README\.md|LICENSE)`, String.raw`index\.js(\.map)?`, TYPES],
}

const unexpected = (name: keyof typeof ALLOWED, paths: readonly string[]): string[] =>
  paths.filter((path) => !ALLOWED[name].some((pattern) => new RegExp(`^${pattern}$`).test(path)))

/** Texts in the files of an installed package that only the machine that built it has. */
async function machinePaths(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const found = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, 'utf8')
      const sources = path.endsWith('.map') ? (JSON.parse(text) as { sources: string[] }).sources : []
      const isAbsolute = sources.some((source) => source.startsWith('/') || source.includes(':'))
      return isAbsolute || text.includes(process.cwd()) ? [path] : []
    }),
  )
  return found.flat()
}

async function unpack(tarball: string): Promise<string> {
  const folder = await emptyFolder()
  expect(await run('tar', ['-xzf', tarball, '-C', folder]).ended).toBe(0)
  return join(folder, 'package')
}

/** A program that sends by every transport and prints what it receives. */
const speaks = (load: string, base: string) => `
  ${load}
  async function main() {
    const room = await join('${base}', { name: 'ada', tuning: { intervalMs: 20 } })
    for (const transport of TRANSPORTS) {
      room.use(transport)
      await room.send(transport)
    }
    for await (const event of room) {
      if (event.type === 'message') console.log(event.text)
      if (event.text === TRANSPORTS.at(-1)) await room.close()
    }
  }
  main()`

async function expectUseByEsmAndRequire(folder: string, client: string): Promise<void> {
  const { base } = await startPlayground()
  const programs = {
    'esm.mjs': `import { join, TRANSPORTS } from '${client}'`,
    'require.cjs': `const { join, TRANSPORTS } = require('${client}')`,
  }
  for (const [file, load] of Object.entries(programs)) {
    await writeFile(join(folder, file), speaks(load, base))
    const { output, ended } = run(process.execPath, [file], { cwd: folder })
    expect(await ended, output()).toBe(0)
    expect(output().trim().split('\n')).toEqual([...TRANSPORTS])
  }
}

/** Checks a TypeScript consumer. All declarations that it reaches are checked too. */
async function expectTypes(folder: string, client: string): Promise<void> {
  const program = `
    import { join, type RoomItem } from '${client}'
    const room = await join('http://localhost:3000', { transport: 'sse' })
    const item: RoomItem | null = room.read()
    // @ts-expect-error a number is not a string
    const pending: string = room.pending
    // @ts-expect-error there is no such transport
    room.use('carrier-pigeon')
    if (item?.type === 'message') {
      const text: string = item.text
      // @ts-expect-error a text is not a number
      const length: number = item.text
      console.log(text, length, pending)
    }`
  await writeFile(join(folder, 'use.mts'), program)
  const types = join(process.cwd(), 'node_modules/@types')
  // The libraries of TypeScript are not checked.
  const common = '--noEmit --strict --skipDefaultLibCheck --target es2023 --lib es2023,dom --types node'.split(' ')
  const options = [...common, '--typeRoots', types]
  const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc')
  const { output, ended } = run(process.execPath, [tsc, ...options, '--module', 'nodenext', 'use.mts'], { cwd: folder })
  expect(await ended, output()).toBe(0)
  // This resolution does not read `exports`.
  await writeFile(
    join(folder, 'old.ts'),
    program.replace('await join', 'null! as Awaited<ReturnType<typeof join>>; join'),
  )
  const old = '--module commonjs --moduleResolution node10 --ignoreDeprecations 6.0 old.ts'.split(' ')
  const oldRun = run(process.execPath, [tsc, ...options, ...old], { cwd: folder })
  expect(await oldRun.ended, oldRun.output()).toBe(0)
}

/** Status of a GET that accepts any certificate. */
const statusByTls = (url: string) =>
  new Promise<number | undefined>((resolve, reject) => {
    get(url, { rejectUnauthorized: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode))
    }).once('error', reject)
  })

describe('the files of a package', () => {
  it('transport-playground contains the server, the page and the client, and nothing else', async () => {
    const { files, tarball } = await packed()
    const paths = files.map(({ path }) => path)
    expect(unexpected('transport-playground', paths)).toEqual([])
    for (const path of ['dist/server/main.js', 'dist/client/index.js', 'public/index.html', 'public/js/main.js']) {
      expect(paths).toContain(path)
    }
    expect(await machinePaths(await unpack(tarball))).toEqual([])
  })

  it('transport-playground-client contains the client and nothing else', async () => {
    const { files, tarball } = await packedClient()
    const paths = files.map(({ path }) => path)
    expect(unexpected('transport-playground-client', paths)).toEqual([])
    expect(paths).toEqual(expect.arrayContaining(['index.js', 'types/node/index.d.ts']))
    expect(await machinePaths(await unpack(tarball))).toEqual([])
  })

  it('an allow-list refuses the benchmark, tests, sources and maps of the server', () => {
    const wrong = ['dist/bench/main.js', 'test/layout.test.ts', 'src/protocol.ts', 'dist/server/main.js.map']
    expect(unexpected('transport-playground', wrong)).toEqual(wrong)
  })
})

async function installedBy(installer: Installer): Promise<string> {
  if (installer === 'npm') return installedByNpm()
  const folder = await emptyFolder()
  await install(installer, (await packed()).tarball, folder)
  return folder
}

describe.each<Installer>(['npm', 'pnpm', 'yarn'])('transport-playground, installed by %s', (installer) => {
  it(
    'serves by npx, and its client works in ESM and CommonJS, and with pnpm in TypeScript',
    { timeout: INSTALL_MS },
    async (context) => {
      await needsRegistry(context)
      const folder = await installedBy(installer)
      const base = await startByNpx(folder)
      for (const path of ['/healthz', '/', '/js/main.js', '/docs', '/docs/json', '/docs/frames']) {
        expect((await fetch(`${base}${path}`)).status, path).toBe(200)
      }
      await expectUseByEsmAndRequire(folder, 'transport-playground/client')
      // Of these installers only pnpm hides the packages that package.json does not name.
      if (installer === 'pnpm') await expectTypes(folder, 'transport-playground/client')
    },
  )
})

describeWithRedis('transport-playground, installed, with a Redis', () => {
  it(
    'serves HTTPS, metrics and rooms in Redis',
    async (context) => {
      await needsRegistry(context)
      const folder = await installedByNpm()
      const { url } = await startRedis()
      const base = await startByNpx(folder, '--store', url, '--metrics', '--tls')
      for (const path of ['/readyz', '/metrics', '/rooms/lobby/short-poll']) {
        expect(await statusByTls(`${base}${path}`), path).toBeOneOf([200, 204])
      }
    },
    INSTALL_MS,
  )
})

describe('transport-playground-client, installed', () => {
  it('works in ESM, CommonJS and TypeScript, and installs no server', { timeout: INSTALL_MS }, async (context) => {
    await needsRegistry(context)
    const folder = await emptyFolder()
    await install('npm', (await packedClient()).tarball, folder)
    await expectUseByEsmAndRequire(folder, 'transport-playground-client')
    await expectTypes(folder, 'transport-playground-client')
    const installed = await readdir(join(folder, 'node_modules'))
    expect(installed).toContain('ws')
    const ofServer = ['fastify', '@fastify', 'ioredis', 'typebox', 'transport-playground']
    expect(installed.filter((name) => ofServer.includes(name))).toEqual([])
  })
})
