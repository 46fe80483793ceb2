import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mutantsOf, mutated, type Mutant } from './mutants.ts'
import { CONCERNED, FOLDERS, type MutatedFolder } from './tests-concerned.ts'
import { Workspace } from './workspace.ts'

/** A mutant may make tests slower. Beyond this factor of their time without a mutant it is found. */
const SLOWER = 2
const START_MS = 30_000
const FIRST_LIMIT_MS = 900_000

export interface Verdict {
  mutant: Mutant
  result: 'killed' | 'timed out' | 'survived'
  /** The first test that failed. */
  by: string
}

/** All mutants of the folders. Files of folders below a folder belong to it, too. */
export function allMutants(folders: readonly MutatedFolder[] = FOLDERS): Mutant[] {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  )
  return files.sort().flatMap((file) => mutantsOf(file, readFileSync(file, 'utf8')))
}

const folderOf = (file: string): MutatedFolder => {
  const folder = FOLDERS.find((name) => file.startsWith(`${name}/`))
  if (!folder) throw new RangeError(`${file} is in no folder that is mutated`)
  return folder
}

/**
 * Runs the tests concerned with each mutant.
 *
 * @throws Error when the tests fail without a mutant
 */
export async function runMutants(
  mutants: readonly Mutant[],
  report: (verdict: Verdict) => void = () => undefined,
): Promise<Verdict[]> {
  const workspace = await Workspace.create()
  try {
    const limits = new Map<MutatedFolder, number>()
    /** The tests of a folder pass without a mutant, and take some time. */
    const limitOf = async (folder: MutatedFolder) => {
      const known = limits.get(folder)
      if (known !== undefined) return known
      const { code, ms, failed } = await workspace.test(CONCERNED[folder], FIRST_LIMIT_MS)
      if (code !== 0) throw new Error(`the tests of ${folder} fail without a mutant: ${failed}`)
      const limitMs = START_MS + SLOWER * ms
      limits.set(folder, limitMs)
      return limitMs
    }
    const verdicts: Verdict[] = []
    for (const mutant of mutants) {
      const folder = folderOf(mutant.file)
      const text = mutated(readFileSync(mutant.file, 'utf8'), mutant)
      const limitMs = await limitOf(folder)
      const run = await workspace.testWith(mutant.file, text, CONCERNED[folder], limitMs)
      const result = run.code === 0 ? 'survived' : run.code === null ? 'timed out' : 'killed'
      const verdict: Verdict = { mutant, result, by: run.failed }
      verdicts.push(verdict)
      report(verdict)
    }
    return verdicts
  } finally {
    await workspace.remove()
  }
}
