import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** What the tests need, and what no mutant changes: built once. */
const BUILT = ['dist', 'public']
const WORKERS = 2

/** As vitest.config.ts, but nothing is built before: the page does not change, and the server is built for each mutant. */
const VITEST_CONFIG = `import { defineConfig } from 'vitest/config'
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 15_000 } },
  isolate: false, include: ['test/**/*.test.ts'], maxWorkers: ${WORKERS} } })
`

export interface TestRun {
  /** null: the time was over. */
  code: number | null
  ms: number
  /** The first test that failed. */
  failed: string
}

/** A copy of the repository in which files can be changed while tests run. Needs a build of all parts. */
export class Workspace {
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
  }

  static async create(): Promise<Workspace> {
    const folder = await mkdtemp(join(tmpdir(), 'playground-mutants-'))
    const { stdout } = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' })
    for (const path of [...stdout.split('\n').filter(Boolean), ...BUILT]) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await cp(path, join(folder, path), { recursive: true, force: true })
    }
    await symlink(resolve('node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'vitest.config.ts'), VITEST_CONFIG)
    return new Workspace(folder)
  }

  /** Runs tests with this text in place of the file. The file is restored after. */
  async testWith(file: string, text: string, tests: readonly string[], limitMs: number): Promise<TestRun> {
    const path = join(this.#folder, file)
    const before = await readFile(path, 'utf8')
    await writeFile(path, text)
    try {
      return await this.test(tests, limitMs)
    } finally {
      await writeFile(path, before)
    }
  }

  /** Builds the server, and runs tests until the first one fails. */
  async test(tests: readonly string[], limitMs: number): Promise<TestRun> {
    const startMs = performance.now()
    const build = await this.#run(limitMs, 'npx', ['tsx', 'src/build/server.ts'])
    const run = build.code === 0 ? await this.#run(limitMs, 'npx', ['vitest', 'run', '--bail', '1', ...tests]) : build
    const [, failed = run.code === 0 ? '' : 'build or start'] = /^ ?(?:FAIL|×) +(.+)$/m.exec(run.output) ?? []
    return { code: run.code, ms: performance.now() - startMs, failed }
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }

  /** In a process group, so that the servers of a test end with it. */
  async #run(limitMs: number, command: string, args: string[]): Promise<{ code: number | null; output: string }> {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' }
    const child = spawn(command, args, { cwd: this.#folder, detached: true, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const endGroup = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // The group has ended.
      }
    }
    process.once('exit', endGroup)
    const timer = setTimeout(endGroup, limitMs)
    const [code] = (await once(child, 'close')) as [number | null]
    clearTimeout(timer)
    endGroup()
    process.off('exit', endGroup)
    return { code, output }
  }
}
