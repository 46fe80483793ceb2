/** The command: `npm run mutate -- --sample 50 --seed 1`. */
import { setPriority } from 'node:os'
import { Command, InvalidArgumentError, Option } from 'commander'
import { parseNumber, type NumberRange } from '../../src/number-range.ts'
import { sampleOf } from '../robustness/mutate/mutants.ts'
import { allMutants, folderOf, runMutants, type Verdict } from '../robustness/mutate/run-mutants.ts'
import { FOLDERS, type MutatedFolder } from '../robustness/mutate/tests-concerned.ts'

/** The share of mutants that the tests have to find. */
const REQUIRED_SHARE = 0.8
const NICENESS = 10

const number = (range: NumberRange) => (text: string) => {
  try {
    return parseNumber(text, range)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

const { sample, skip, seed, folder } = new Command('npm run mutate --')
  .description(
    'Changes the server in small ways, and runs the tests concerned: at least 80 % of the changes are found.',
  )
  .addOption(
    new Option('--sample <number>', 'mutants of each folder, chosen by chance')
      .argParser(number({ min: 1, max: 100_000, unit: 'mutants' }))
      .default(8),
  )
  .addOption(
    new Option('--skip <number>', 'mutants of the choice that an earlier run has done')
      .argParser(number({ min: 0, max: 100_000, unit: 'mutants' }))
      .default(0),
  )
  .addOption(
    new Option('--seed <number>', 'of the choice').argParser(number({ min: 0, max: 2 ** 32 - 1, unit: '' })).default(1),
  )
  .addOption(new Option('--folder <names...>', 'mutants of these folders only').choices(FOLDERS).default(FOLDERS))
  .parse()
  .opts<{ sample: number; skip: number; seed: number; folder: MutatedFolder[] }>()

setPriority(NICENESS)
const chosen = folder.flatMap((name) => sampleOf(allMutants([name]), skip + sample, seed).slice(skip))
console.log(`seed ${seed}: ${chosen.length} of ${allMutants(folder).length} mutants`)
const print = ({ mutant, result, by }: Verdict) =>
  console.log(
    `${result.padEnd(10)} ${mutant.file}:${mutant.line}  ${shortened(mutant.original)} → ${mutant.replacement}${by === '' ? '' : `   by ${by}`}`,
  )
const verdicts = await runMutants(chosen, print)
const isFound = ({ result }: Verdict) => result !== 'survived'
for (const name of folder) {
  const own = verdicts.filter(({ mutant }) => folderOf(mutant.file) === name)
  console.log(`${name}: ${own.filter(isFound).length} of ${own.length} found`)
}
const found = verdicts.filter(isFound).length
console.log(`${found} of ${verdicts.length} found: ${((100 * found) / verdicts.length).toFixed(0)} %`)
process.exit(found >= REQUIRED_SHARE * verdicts.length ? 0 : 1)

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
