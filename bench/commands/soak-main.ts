/** The command: `npm run soak -- --minutes 30`. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { parseNumber, type NumberRange } from '../../src/number-range.ts'
import { runSoak } from '../robustness/soak/run-soak.ts'
import { METRICS } from '../robustness/soak/samples.ts'

const number = (range: NumberRange) => (text: string) => {
  try {
    return parseNumber(text, range)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

const { minutes, seed, plantLeaks } = new Command('npm run soak --')
  .description(
    'A server under joins, switches and messages: heap, handles, timers, listeners and descriptors stay flat.',
  )
  .addOption(
    new Option('--minutes <number>')
      .argParser(number({ min: 0.1, max: 10_000, unit: 'min', fractions: true }))
      .default(30),
  )
  .addOption(new Option('--seed <number>').argParser(number({ min: 0, max: 2 ** 32 - 1, unit: '' })).default(1))
  .addOption(new Option('--plant-leaks', 'leak on purpose: the command has to find it').default(false))
  .parse()
  .opts<{ minutes: number; seed: number; plantLeaks: boolean }>()

const result = await runSoak({ durationMs: minutes * 60_000, seed, isLeaking: plantLeaks })
const { joins, switches, messages } = result.counts
console.log(`seed ${seed}, ${minutes} min: ${joins} joins, ${switches} switches, ${messages} messages`)
const row = (cells: readonly (string | number)[]) => cells.map((cell) => String(cell).padStart(14)).join('')
console.log(row(['', 'before', 'median', 'per minute', 'after', 'trend']))
for (const { metric, median, perMinute, isFlat } of result.trends)
  console.log(
    row([metric, result.before[metric], median, perMinute.toFixed(1), result.after[metric], isFlat ? 'flat' : 'GROWS']),
  )
console.log(
  result.isDrained ? 'All connections are released.' : 'Connections are NOT released after all clients have left.',
)
const isGood =
  result.isDrained && result.trends.every(({ isFlat }) => isFlat) && METRICS.length === result.trends.length
process.exit(isGood ? 0 : 1)
