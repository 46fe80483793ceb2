import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, type TestContext } from 'vitest'
import { run } from '../support/process.ts'

const isRequired = process.env['CI'] === 'true'

export interface PackedFile {
  path: string
  size: number
}
export interface Packed {
  tarball: string
  files: PackedFile[]
}

/** Packs `source` as it is built; the scripts that build it do not run. */
export async function pack(source: string, folder: string): Promise<Packed> {
  const args = ['pack', source, '--ignore-scripts', '--silent', '--json', '--pack-destination', folder]
  const { output, ended } = run('npm', args)
  expect(await ended, output()).toBe(0)
  const [packed] = JSON.parse(output()) as { filename: string; files: PackedFile[] }[]
  if (!packed) throw new Error(`npm packed nothing: ${output()}`)
  return { tarball: join(folder, packed.filename), files: packed.files }
}

/** Packs what the client's package is made of, without building the client. */
export async function packClient(folder: string): Promise<Packed> {
  const { output, ended } = run(process.execPath, ['--import', 'tsx', 'src/build/client-package.ts'])
  expect(await ended, output()).toBe(0)
  return pack('./dist/client-package', folder)
}

/** Each refuses a package whose `engines` exclude this Node. Yarn 1 does so by default. */
const INSTALLERS = {
  npm: ['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline', '--engine-strict'],
  pnpm: ['npx', '--yes', 'pnpm@10', 'add', '--ignore-scripts', '--prefer-offline', '--config.engine-strict=true'],
  yarn: ['npx', '--yes', 'yarn@1.22', 'add', '--ignore-scripts', '--prefer-offline'],
} as const
export type Installer = keyof typeof INSTALLERS

/** Installs a tarball into a folder that has nothing but a package.json. */
export async function install(installer: Installer, tarball: string, folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "name": "consumer", "private": true }')
  const [command, ...args] = INSTALLERS[installer]
  const { output, ended } = run(command, [...args, tarball], { cwd: folder })
  expect(await ended, output()).toBe(0)
}

let registryStatus: Promise<number | null> | null = null

/** Skips a test that installs packages where no registry answers. In CI that is a failure. */
export async function needsRegistry({ skip }: Pick<TestContext, 'skip'>): Promise<void> {
  if (isRequired) return
  registryStatus ??= run('npm', ['view', 'ws', 'version', '--fetch-retries=0', '--fetch-timeout=10000']).ended
  if ((await registryStatus) !== 0) skip('the npm registry cannot be reached')
}

/** Starts `npx transport-playground` in a folder where the package is installed. Returns its address. */
export async function startByNpx(folder: string, ...args: string[]): Promise<string> {
  // npx passes no signal on: the server ends with its process group.
  const child = spawn('npx', ['--no-install', 'transport-playground', '--port', '0', ...args], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const { pid } = child
  if (pid === undefined) throw new Error('npx cannot be started')
  const killGroup = () => {
    if (isRunning(pid)) process.kill(-pid, 'SIGKILL')
  }
  process.once('exit', killGroup)
  const closed = once(child, 'close')
  onTestFinished(async () => {
    killGroup()
    await closed
    process.removeListener('exit', killGroup)
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const address = () => /is at (https?:\/\/\S+)/.exec(output)?.[1]
  await expect.poll(() => address() ?? output, { timeout: 30_000 }).toMatch(/^https?:/)
  return address() ?? ''
}

function isRunning(group: number): boolean {
  try {
    return process.kill(-group, 0)
  } catch {
    return false
  }
}
