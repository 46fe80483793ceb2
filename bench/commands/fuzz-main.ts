/** The command: `npm run fuzz -- --inputs 50000 --seed 1`. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { parseNumber, type NumberRange } from '../../src/number-range.ts'
import { runFuzz } from '../robustness/fuzz/run-fuzz.ts'

const number = (range: NumberRange) => (text: string) => {
  try {
    return parseNumber(text, range)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

const { inputs, seed } = new Command('npm run fuzz --')
  .description(
    'Malformed input on every transport: no crash, no hang, no status 5xx but 503, one verdict on all transports.',
  )
  .addOption(
    new Option('--inputs <number>').argParser(number({ min: 20, max: 100_000_000, unit: 'inputs' })).default(50_000),
  )
  .addOption(new Option('--seed <number>').argParser(number({ min: 0, max: 2 ** 32 - 1, unit: '' })).default(1))
  .parse()
  .opts<{ inputs: number; seed: number }>()

const startMs = performance.now()
const { results, failures } = await runFuzz(inputs, seed)
for (const [kind, counts] of results) {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const parts = [...counts].sort(([, a], [, b]) => b - a).map(([result, count]) => `${result}: ${count}`)
  console.log(`${kind.padEnd(28)} ${String(total).padStart(8)}   ${parts.join(', ')}`)
}
console.log(`seed ${seed}, ${((performance.now() - startMs) / 1000).toFixed(0)} s, ${failures.length} failures`)
for (const failure of failures) console.log(failure)
process.exit(failures.length > 0 ? 1 : 0)
