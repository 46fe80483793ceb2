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

export const folderOf = (file: string): MutatedFolder => {
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
    const tests = new Set<string>(mutants.flatMap(({ file }) => CONCERNED[folderOf(file)]))
    const times = await workspace.measure([...tests], FIRST_LIMIT_MS)
    const timeOf = (test: string) => times.get(test) ?? 0
    const verdicts: Verdict[] = []
    for (const mutant of mutants) {
      const text = mutated(readFileSync(mutant.file, 'utf8'), mutant)
      // Cheap tests first: most mutants are found within seconds.
      const concerned = CONCERNED[folderOf(mutant.file)].toSorted((a, b) => timeOf(a) - timeOf(b))
      const limitMs = START_MS + SLOWER * concerned.reduce((sum, test) => sum + timeOf(test), 0)
      const run = await workspace.testWith(mutant.file, text, concerned, limitMs)
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
