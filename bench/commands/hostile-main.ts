/** The command: `npm run hostile -- --seconds 60`. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { parseNumber } from '../../src/number-range.ts'
import { ATTACK_KINDS, type AttackKind } from '../robustness/hostile/attacks.ts'
import { latencyExcess, runHostile } from '../robustness/hostile/run-hostile.ts'
import { tableOf } from '../robustness/hostile/table.ts'
import { openProgress } from './progress.ts'

/** The peace before each attack, in which the latencies are taken that the others are compared with. */
const PEACE_SHARE = 1 / 12

const seconds = (text: string) => {
  try {
    return parseNumber(text, { min: 1, max: 3600, unit: 's' })
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

const { seconds: attackS, kind } = new Command('npm run hostile --')
  .description('One hostile client of each kind against a real server, while an honest member talks.')
  .addOption(new Option('--seconds <number>', 'length of each attack').argParser(seconds).default(60))
  .addOption(new Option('--kind <name>', 'one kind only').choices(ATTACK_KINDS))
  .parse()
  .opts<{ seconds: number; kind?: AttackKind }>()

const progress = openProgress()
const result = await runHostile({
  attackMs: attackS * 1000,
  peaceMs: attackS * 1000 * PEACE_SHARE,
  ...(kind === undefined ? {} : { kinds: [kind] }),
  progress: (name) => progress.show(name),
})
progress.clear()
console.log(tableOf(result))
const failures = [
  ...result.rows.flatMap((row) =>
    [latencyExcess(row, result.peace) ?? [], row.failures].flat().map((failure) => `${row.kind}: ${failure}`),
  ),
  ...result.serverFaults,
]
for (const failure of failures.slice(0, 50)) console.log(failure)
process.exit(failures.length > 0 ? 1 : 0)
