import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { killedAtExit } from './child-process-cleanup.ts'

export interface Chromium {
  executablePath: string
  /** Environment variables that Chromium needs beside those of this process. */
  env: Record<string, string>
}

const PACKAGE = createRequire(import.meta.url).resolve('@sparticuz/chromium')

/** Places of NSS, which Chromium needs. The package has a copy for machines without it. */
const SYSTEM_NSS = [
  '/usr/lib/x86_64-linux-gnu/libnss3.so',
  '/usr/lib/aarch64-linux-gnu/libnss3.so',
  '/usr/lib64/libnss3.so',
]

/**
 * The Chromium that npm installed, unpacked once for each user, version and temporary folder. The first process unpacks it
 * into a draft folder and renames the draft; others wait. So a folder with the final name is complete, even after a process was killed.
 */
export async function unpackedChromium(): Promise<Chromium> {
  if (process.platform !== 'linux')
    throw new Error('the Chromium that npm installs runs on Linux only: set CHROMIUM_PATH')
  const folder = join(tmpdir(), `playground-chromium-${packageVersion()}-${process.getuid?.()}`)
  if (!isComplete(folder)) await whileLocked(folder, () => unpackTo(folder))
  const hasNss = SYSTEM_NSS.some((path) => existsSync(path))
  return { executablePath: join(folder, 'chromium'), env: hasNss ? {} : bundledLibraries(folder) }
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(dirname(PACKAGE), '../../package.json'), 'utf8')) as {
    version: string
  }
  return version
}

/** False where a service that deletes old temporary files has left a part. */
const isComplete = (folder: string) =>
  ['chromium', 'libGLESv2.so', 'fonts/fonts.conf', 'al2023/lib/libnss3.so'].every((path) =>
    existsSync(join(folder, path)),
  )

function bundledLibraries(folder: string): Record<string, string> {
  const libraries = [join(folder, 'al2023/lib'), process.env['LD_LIBRARY_PATH']].filter(Boolean)
  return {
    LD_LIBRARY_PATH: libraries.join(':'),
    FONTCONFIG_PATH: process.env['FONTCONFIG_PATH'] ?? join(folder, 'fonts'),
    HOME: process.env['HOME'] ?? tmpdir(),
  }
}

async function unpackTo(folder: string): Promise<void> {
  if (isComplete(folder)) return
  const draft = await mkdtemp(`${folder}.draft-`)
  try {
    await inflateTo(draft)
    // The package's configuration names /tmp/fonts, regardless of where the fonts are.
    const fonts = join(draft, 'fonts/fonts.conf')
    await writeFile(fonts, (await readFile(fonts, 'utf8')).replaceAll('/tmp/fonts', join(folder, 'fonts')))
    await replace(folder, draft)
  } catch (error) {
    if (!isComplete(folder)) {
      await rm(draft, { recursive: true, force: true })
      throw error
    }
  }
  await removeDrafts(folder)
}

/** Renames the draft. A complete folder stays: a process without this lock, as in another container, was faster. */
async function replace(folder: string, draft: string): Promise<void> {
  try {
    await rename(draft, folder)
  } catch {
    if (isComplete(folder)) return
    await rm(folder, { recursive: true, force: true })
    await rename(draft, folder)
  }
}

/** Removes drafts of killed processes: drafts are useless once the folder exists. */
async function removeDrafts(folder: string): Promise<void> {
  const beside = await readdir(dirname(folder))
  const drafts = beside.filter((name) => name.startsWith(`${basename(folder)}.draft-`))
  const remove = (name: string) => rm(join(dirname(folder), name), { recursive: true, force: true })
  await Promise.allSettled(drafts.map(remove))
}

/**
 * The package unpacks into the temporary folder of its process, and unpacks its libraries only if it detects a cloud function.
 * It runs in a separate process that starts no other: a file that a process still has open for writing cannot be executed.
 */
async function inflateTo(folder: string): Promise<void> {
  // Ends with this process, even after SIGKILL.
  const script = `
    process.stdin.once('end', () => process.exit(1)).resume()
    require(process.argv[1]).executablePath().then(() => process.exit(0))`
  const child = killedAtExit(
    spawn(process.execPath, ['--eval', script, PACKAGE], {
      env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' },
      stdio: ['pipe', 'ignore', 'pipe'],
    }),
  )
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0 || !isComplete(folder)) throw new Error(`cannot unpack Chromium into ${folder}: ${errors}`)
}

/**
 * Works in one process of this machine at a time. The lock is an abstract socket: it has no file, and the kernel closes it with
 * its process, even after SIGKILL.
 */
async function whileLocked(name: string, work: () => Promise<void>): Promise<void> {
  const path = `\0playground-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`
  const waiting = new Set<Socket>()
  const lock = createServer((socket) => {
    waiting.add(socket)
    socket.on('error', () => undefined)
  })
  while (!(await canListen(lock, path))) await untilClosed(path)
  try {
    await work()
  } finally {
    lock.close()
    for (const socket of waiting) socket.destroy()
  }
}

/** False if another process listens at this address. */
async function canListen(server: Server, path: string): Promise<boolean> {
  server.listen(path)
  try {
    await once(server, 'listening')
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}

const untilClosed = (path: string): Promise<void> =>
  new Promise((resolve) => {
    connect(path)
      .on('error', () => undefined)
      .on('close', () => resolve())
  })
