import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

/** What the tests need, and what no mutant changes: built once. */
const BUILT = ['dist', 'public']
const WORKERS = 2

/** As vitest.config.ts, but nothing is built before, and files run in the given order. */
const VITEST_CONFIG = `import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
const files = (process.env.TEST_ORDER ?? '').split(',')
const place = ({ moduleId }) => files.findIndex((file) => moduleId.endsWith(file))
class GivenOrder extends BaseSequencer {
  async sort(specifications) {
    return specifications.toSorted((a, b) => place(a) - place(b))
  }
}
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 15_000 } },
  isolate: false, include: ['test/**/*.test.ts'], maxWorkers: ${WORKERS}, sequence: { sequencer: GivenOrder } } })
`
const REPORT = 'mutants-report.json'

/** Tests that start a server process, for which the server is built. All other tests import the sources. */
const NEEDS_BUILD = /support\/servers\.ts|dist\/server/

/** Of npx. */
interface Command {
  args: string[]
  env: Record<string, string>
}

interface ProcessRun {
  /** null: the time was over. */
  code: number | null
  output: string
}

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

  /** Runs tests in this order until the first one fails. Tests that need a build of the server come last. */
  async test(tests: readonly string[], limitMs: number): Promise<TestRun> {
    const startMs = performance.now()
    const needBuild = await Promise.all(tests.map(async (test) => NEEDS_BUILD.test(await readFile(test, 'utf8'))))
    const runs = [
      () => this.#vitest(tests.filter((_, i) => !needBuild[i])),
      () => this.#buildServer(),
      () => this.#vitest(tests.filter((_, i) => needBuild[i])),
    ].slice(0, needBuild.includes(true) ? 3 : 1)
    let run: ProcessRun = { code: 0, output: '' }
    for (const next of runs) {
      run = await this.#run(limitMs - (performance.now() - startMs), next())
      if (run.code !== 0) break
    }
    const [, failed = run.code === 0 ? '' : 'build or start'] = /^ ?(?:FAIL|×) +(.+)$/m.exec(run.output) ?? []
    return { code: run.code, ms: performance.now() - startMs, failed }
  }

  /**
   * Runs all tests without a mutant.
   *
   * @returns ms of each test file
   * @throws Error when a test fails
   */
  async measure(tests: readonly string[], limitMs: number): Promise<Map<string, number>> {
    const build = await this.#run(limitMs, this.#buildServer())
    const { args, env } = this.#vitest(tests)
    const outputFile = `--outputFile.json=${REPORT}`
    const run = await this.#run(limitMs, { args: [...args, '--reporter=default', '--reporter=json', outputFile], env })
    if (build.code !== 0 || run.code !== 0)
      throw new Error(`the tests fail without a mutant: ${run.output.slice(-2000)}`)
    const { testResults } = JSON.parse(await readFile(join(this.#folder, REPORT), 'utf8')) as {
      testResults: { name: string; startTime: number; endTime: number }[]
    }
    const times = testResults.map(({ name, startTime, endTime }) => ({ name, ms: endTime - startTime }))
    return new Map(tests.map((test) => [test, times.find(({ name }) => name.endsWith(test))?.ms ?? 0]))
  }

  #buildServer(): Command {
    return { args: ['tsx', 'src/build/server.ts'], env: {} }
  }

  #vitest(tests: readonly string[]): Command {
    return { args: ['vitest', 'run', '--bail', '1', ...tests], env: { TEST_ORDER: tests.join() } }
  }

  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true, maxRetries: 3 })
  }

  /** In a process group, so that the servers of a test end with it. */
  async #run(limitMs: number, { args, env: added }: Command): Promise<ProcessRun> {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...added }
    const child = spawn('npx', args, { cwd: this.#folder, detached: true, env, stdio: ['ignore', 'pipe', 'pipe'] })
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
    const timer = setTimeout(endGroup, Math.max(0, limitMs))
    const [code] = (await once(child, 'close')) as [number | null]
    clearTimeout(timer)
    endGroup()
    process.off('exit', endGroup)
    return { code, output }
  }
}
