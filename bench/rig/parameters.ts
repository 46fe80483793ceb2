import { Command, InvalidArgumentError, Option } from 'commander'
import { parseNumber, type NumberRange } from '../../src/number-range.ts'
import { TRANSPORTS, type TransportName } from '../../src/protocol.ts'
import { ONLY_IN_FULL, SCENARIOS, type Parameters, type Scenario } from '../report/schema.ts'

export interface NumberParameter extends NumberRange {
  default: number
  about: string
}

const NUMBERS = {
  clients: { default: 50, min: 1, max: 2000, unit: 'subscribers', about: 'in an overhead cell' },
  rate: {
    default: 10,
    min: 0.1,
    max: 500,
    unit: 'messages/s',
    fractions: true,
    about: 'that are published in an overhead cell',
  },
  interval: { default: 200, min: 20, max: 60_000, unit: 'ms', about: 'from one short poll of a client to its next' },
  hold: { default: 25_000, min: 100, max: 600_000, unit: 'ms', about: 'for which a long poll is held' },
  payload: {
    default: 100,
    min: 40,
    max: 2000,
    unit: 'bytes',
    about: 'of text in a message; a stamp takes the first 40',
  },
  rtt: { default: 40, min: 0, max: 2000, unit: 'ms', about: 'round trip of the emulated link, beside one of 100' },
  seed: { default: 1, min: 0, max: 4_294_967_295, unit: 'number', about: 'of all that is drawn by chance' },
} as const satisfies Record<string, NumberParameter>

/** Not a scenario of its own: what these find of every transport, in one table. */
const OF_EVERY_TRANSPORT: readonly Scenario[] = ['latency', 'rtt', 'overhead', 'memory']
const SCENARIO_NAMES = [...SCENARIOS, 'transports'] as const

export interface Request {
  parameters: Parameters
  scenarios: Scenario[]
  out: string
  useNamespace: boolean
}

/** Reads the flags. Prints and ends the process for --help (status 0) and for what is not allowed (status 1). */
export function readRequest(argv: readonly string[]): Request {
  const command = new Command('npm run bench --')
    .description(
      'Measures what each transport costs and how fast it is, and prints it beside models and published results.',
    )
    .allowExcessArguments(false)
    .showHelpAfterError('(--help lists the flags)')
    .addOption(new Option('--quick', 'about 30 s: fewer and shorter cells').conflicts('full'))
    .addOption(new Option('--full', 'about 15 min: longer cells, narrower intervals'))
    .addOption(
      new Option(
        '--scenario <names>',
        `what to measure, with a comma between: ${SCENARIO_NAMES.join(', ')}; transports is ${OF_EVERY_TRANSPORT.join(', ')} of every transport`,
      ).argParser((value) => listOf(value, SCENARIO_NAMES)),
    )
    .addOption(
      new Option(
        '--transports <names>',
        `which ones, with a comma between: ${TRANSPORTS.join(', ')} (default: as many as there is time for)`,
      ).argParser((value) => listOf(value, TRANSPORTS)),
    )
    .addOption(
      new Option('--headers <set>', 'request headers of the lean client')
        .choices(['minimal', 'browser'])
        .default('minimal'),
    )
    .addOption(new Option('--arrivals <kind>', 'of messages').choices(['poisson', 'periodic']).default('poisson'))
    .addOption(new Option('--out <folder>', 'where reports go').default('reports'))
    .addOption(new Option('--no-namespace', 'do not use a network namespace even where one can be made'))
  for (const [name, parameter] of Object.entries(NUMBERS)) command.addOption(numberOption(name, parameter))
  const { quick, full, scenario, out, namespace, ...rest } = command.parse(argv).opts<
    Omit<Parameters, 'profile'> & {
      quick?: true
      full?: true
      scenario?: (typeof SCENARIO_NAMES)[number][]
      transports?: TransportName[]
      out: string
      namespace: boolean
    }
  >()
  const isOfEvery = scenario?.includes('transports') ?? false
  const wanted: readonly string[] =
    scenario?.flatMap((name) => (name === 'transports' ? OF_EVERY_TRANSPORT : name)) ??
    SCENARIOS.filter((name) => full === true || !ONLY_IN_FULL.includes(name))
  const { transports = isOfEvery ? [...TRANSPORTS] : undefined } = rest
  return {
    parameters: {
      ...rest,
      profile: quick ? 'quick' : full ? 'full' : 'default',
      ...(transports ? { transports } : {}),
    },
    scenarios: SCENARIOS.filter((name) => wanted.includes(name)),
    out,
    useNamespace: namespace,
  }
}

/** @throws InvalidArgumentError that names the one that is not allowed */
export function listOf<T extends string>(value: string, allowed: readonly T[]): T[] {
  const names = value.split(',')
  const wrong = names.find((name) => !allowed.some((one) => one === name))
  if (wrong !== undefined) throw new InvalidArgumentError(`${wrong} is not one of ${allowed.join(', ')}`)
  return allowed.filter((one) => names.includes(one))
}

export function numberOption(name: string, { default: fallback, about, ...range }: NumberParameter): Option {
  const { min, max, unit } = range
  return new Option(`--${name} <${unit}>`, `${about} [${min} to ${max}]`)
    .default(fallback)
    .argParser(numberParser(range))
}

/** Commander's way to read a number. @throws InvalidArgumentError with the value and the range */
export const numberParser = (range: NumberRange) => (value: string) => {
  try {
    return parseNumber(value, range)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}
