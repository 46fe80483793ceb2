/** The command: `npm run chaos -- --minutes 10 --seed 1 --store redis --servers 3`. */
import { Command, InvalidArgumentError, Option } from 'commander'
import { parseNumber, type NumberRange } from '../../src/number-range.ts'
import type { StoreName } from '../robustness/chaos/room-under-test.ts'
import { runChaos } from '../robustness/chaos/run-chaos.ts'
import type { Plan } from '../robustness/chaos/schedule.ts'
import { tableOf } from '../robustness/chaos/table.ts'
import { printHistory } from '../robustness/history/print.ts'
import { shorten } from '../robustness/history/shorten.ts'

const number = (range: NumberRange) => (text: string) => {
  try {
    return parseNumber(text, range)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}

const program = new Command('npm run chaos --')
  .description('Real servers and clients under faults; checks that no message is lost, doubled or reordered untold.')
  .addOption(
    new Option('--minutes <number>', 'length of the run')
      .argParser(number({ min: 0.1, max: 600, unit: 'min', fractions: true }))
      .default(2),
  )
  .addOption(
    new Option('--seed <number>', 'of the schedule')
      .argParser(number({ min: 0, max: 2 ** 32 - 1, unit: '' }))
      .default(1),
  )
  .addOption(new Option('--store <name>', 'where the rooms are').choices(['memory', 'redis']).default('memory'))
  .addOption(
    new Option('--servers <number>', 'with Redis: 3 by default').argParser(number({ min: 1, max: 8, unit: 'servers' })),
  )
  .addOption(
    new Option('--clients <number>', 'at the same time')
      .argParser(number({ min: 2, max: 200, unit: 'clients' }))
      .default(12),
  )
  .parse()

const {
  minutes,
  seed,
  store,
  clients,
  servers: asked,
} = program.opts<{
  minutes: number
  seed: number
  store: StoreName
  clients: number
  servers?: number
}>()
const servers = store === 'memory' ? 1 : (asked ?? 3)
if (store === 'memory' && asked !== undefined && asked !== 1) program.error('error: several servers need --store redis')

const perMinute = (count: number) => Math.max(1, Math.round(count * minutes))
const plan: Plan = {
  seed,
  durationMs: minutes * 60_000,
  clients,
  servers,
  counts: {
    message: perMinute(1500),
    switch: perMinute(200),
    hop: servers > 1 ? perMinute(60) : 0,
    cut: perMinute(60),
    stall: perMinute(20),
    leave: perMinute(6),
    'server freeze': perMinute(2),
    'server kill': perMinute(2),
    ...(store === 'redis'
      ? { 'redis freeze': perMinute(1), 'redis kill': perMinute(1), 'redis flush': perMinute(0.5) }
      : {}),
  },
}
console.log(`seed ${seed}: ${minutes} min, ${clients} clients, ${servers} server(s), store ${store}`)
const result = await runChaos(plan, store)
console.log(tableOf(plan, result))
for (const state of result.unsettled) console.log(`not settled: ${state}`)
for (const fault of result.serverFaults) console.log(fault)
const short = shorten(result.history)
if (short)
  console.log(
    `\nThe first violation, in the shortest history that has it (seed ${seed}):\n${printHistory(short.history, short.violation)}`,
  )
process.exit(result.violations.length + result.serverFaults.length > 0 ? 1 : 0)
