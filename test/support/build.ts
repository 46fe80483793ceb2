/**
 * Builds what the tests run as other processes and load into browsers, when sources are newer than the last build. Test runs of one
 * checkout share the build: a second run waits for the first one's build, and does not delete what the first run uses.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'

/** Each part has its script `build:<part>` in package.json, its sources, and a file that the script writes last. */
const PARTS = {
  page: { sources: ['src', 'public'], output: 'public/js/main.js' },
  server: { sources: ['src'], output: 'dist/server/LICENSES.txt' },
  client: { sources: ['src'], output: 'dist/client/types/node/index.d.ts' },
  programs: { sources: ['src'], output: 'dist/programs/link.js' },
  bench: { sources: ['src', 'bench'], output: 'dist/bench/main.js' },
} as const
type Part = keyof typeof PARTS

const CACHE = '.cache/build'
const CHECK_INTERVAL_MS = 100

/** The builds that the tests of each folder need. All other folders need none. */
const NEEDS: Record<string, readonly Part[]> = {
  // The packed package contains all builds.
  packaging: ['page', 'server', 'client'],
  server: ['page', 'server', 'client', 'programs'],
  client: ['programs'],
  page: ['page'],
  proxies: ['page'],
  link: ['page', 'programs'],
  redis: ['server'],
  robustness: ['server'],
  bench: ['server', 'bench'],
}

/** Vitest calls this function once before the tests of a project. Parts are built at the same time, where they are stale. */
export default async function setup(project: TestProject): Promise<void> {
  const areas = project.vitest.state.getPaths().map((file) => relative('test', file).split('/')[0] ?? '')
  const parts = new Set(areas.flatMap((area) => NEEDS[area] ?? []))
  await mkdir(CACHE, { recursive: true })
  const stale = [...parts].filter((part) => !isFresh(part))
  await Promise.all(stale.map((part) => locked(part, () => buildPart(part))))
}

async function buildPart(part: Part): Promise<void> {
  // The run that held the lock before may have built this part.
  if (isFresh(part)) return
  // Sources that change during the build leave the part stale.
  const sources = hashOf(part)
  const child = spawn('npm', ['run', '--silent', `build:${part}`], { stdio: 'inherit' })
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`npm run build:${part} ended with ${code}`)
  const draft = `${stampOf(part)}.${process.pid}`
  await writeFile(draft, `${sources} ${writtenAtMs(part)}`)
  await rename(draft, stampOf(part))
}

const stampOf = (part: Part) => join(CACHE, `${part}.stamp`)
const writtenAtMs = (part: Part) => statSync(PARTS[part].output).mtimeMs

/** False also when another command has built the part since: that build may be of other sources. */
function isFresh(part: Part): boolean {
  if (!existsSync(stampOf(part)) || !existsSync(PARTS[part].output)) return false
  return readFileSync(stampOf(part), 'utf8') === `${hashOf(part)} ${writtenAtMs(part)}`
}

/** Files in public/ that the build writes. */
const BUILT = /^js\/|\.(br|gz)$/

/** A hash of names and contents, since a checkout changes times where contents are the same. */
function hashOf(part: Part): string {
  const hash = createHash('sha256')
  for (const file of ['package.json', 'package-lock.json', 'tsconfig.base.json']) hash.update(readFileSync(file))
  for (const folder of PARTS[part].sources) {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      if (folder === 'public' && BUILT.test(name)) continue
      const path = join(folder, name)
      if (statSync(path).isFile()) hash.update(`${path}\0`).update(readFileSync(path))
    }
  }
  return hash.digest('hex')
}

/** Acts while no other process builds this part. The lock of a process that no longer runs is removed. */
async function locked(part: Part, act: () => Promise<void>): Promise<void> {
  const lock = join(CACHE, `${part}.lock`)
  for (;;) {
    try {
      await writeFile(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (isAbandoned(lock)) await rm(lock, { force: true })
      else await sleep(CHECK_INTERVAL_MS)
    }
  }
  try {
    await act()
  } finally {
    await rm(lock, { force: true })
  }
}

function isAbandoned(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    // Between its creation and its first byte a lock is empty.
    if (pid > 0) process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
