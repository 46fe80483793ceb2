import { Command, InvalidArgumentError, Option } from 'commander'
import { parseNumber, type NumberRange } from '../../src/number-range.ts'
import { TRANSPORTS, type TransportName } from '../../src/protocol.ts'
import { ONLY_IN_FULL, SCENARIOS, type Parameters, type Scenario } from '../report/schema.ts'

export interface NumberParameter extends NumberRange {
  /** Letter of the short flag. */
  short?: string
  default: number
  description: string
}

const NUMBERS = {
  clients: {
    default: 50,
    min: 1,
    max: 2000,
    unit: 'subscribers',
    description: 'number of subscribers in an overhead cell',
  },
  rate: {
    default: 10,
    min: 0.1,
    max: 500,
    unit: 'messages/s',
    fractions: true,
    description: 'publishing rate in an overhead cell',
  },
  interval: {
    default: 200,
    min: 20,
    max: 60_000,
    unit: 'ms',
    description: 'interval between short polls of one client',
  },
  hold: { default: 25_000, min: 100, max: 600_000, unit: 'ms', description: 'longest hold of a long poll' },
  payload: {
    default: 100,
    min: 40,
    max: 2000,
    unit: 'bytes',
    description: 'text of a message, of which a stamp takes the first 40',
  },
  rtt: {
    default: 40,
    min: 0,
    max: 2000,
    unit: 'ms',
    description: 'round trip of the emulated link; 100 ms is always measured too',
  },
  seed: { default: 1, min: 0, max: 4_294_967_295, unit: '', description: 'seed of all random numbers' },
} as const satisfies Record<string, NumberParameter>

/** `--scenario transports`: these scenarios, for every transport. */
const TRANSPORT_SCENARIOS: readonly Scenario[] = ['latency', 'rtt', 'overhead', 'memory']
const SCENARIO_NAMES = [...SCENARIOS, 'transports'] as const

export interface Request {
  parameters: Parameters
  scenarios: Scenario[]
  out: string
  useNamespace: boolean
}

/** Reads the flags. Prints help (exit status 0) or an error (exit status 1) and ends the process. */
export function readRequest(argv: readonly string[]): Request {
  const command = new Command('npm run bench --')
    .description(
      'Measures the cost and the latency of each transport, and compares them with models and published results.',
    )
    .allowExcessArguments(false)
    .showHelpAfterError('(--help lists the flags)')
    .addOption(new Option('--quick', 'about 30 s: fewer and shorter cells').conflicts('full'))
    .addOption(new Option('--full', 'about 15 min: longer cells, narrower intervals'))
    .addOption(
      new Option(
        '--scenario <names>',
        `scenarios, separated by commas: ${SCENARIO_NAMES.join(', ')}; transports means ${TRANSPORT_SCENARIOS.join(', ')} for every transport`,
      ).argParser((value) => listOf(value, SCENARIO_NAMES)),
    )
    .addOption(
      new Option(
        '--transports <names>',
        `transports, separated by commas: ${TRANSPORTS.join(', ')} (default: those of the profile)`,
      ).argParser((value) => listOf(value, TRANSPORTS)),
    )
    .addOption(
      new Option('--headers <set>', 'request headers of the raw client')
        .choices(['minimal', 'browser'])
        .default('minimal'),
    )
    .addOption(
      new Option('--arrivals <kind>', 'arrivals of messages').choices(['poisson', 'periodic']).default('poisson'),
    )
    .addOption(new Option('--out <folder>', 'folder of the report').default('reports'))
    .addOption(new Option('--no-namespace', 'do not create a network namespace'))
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
  const forAllTransports = scenario?.includes('transports') ?? false
  const wanted: readonly string[] =
    scenario?.flatMap((name) => (name === 'transports' ? TRANSPORT_SCENARIOS : name)) ??
    SCENARIOS.filter((name) => full === true || !ONLY_IN_FULL.includes(name))
  const { transports = forAllTransports ? [...TRANSPORTS] : undefined } = rest
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

/** @throws InvalidArgumentError with the first name that is not allowed */
export function listOf<T extends string>(value: string, allowed: readonly T[]): T[] {
  const names = value.split(',')
  const wrong = names.find((name) => !allowed.some((one) => one === name))
  if (wrong !== undefined) throw new InvalidArgumentError(`${wrong} is not one of ${allowed.join(', ')}`)
  return allowed.filter((one) => names.includes(one))
}

export function numberOption(
  name: string,
  { short, default: fallback, description, ...range }: NumberParameter,
): Option {
  const { min, max, unit } = range
  const flag = short === undefined ? `--${name}` : `-${short}, --${name}`
  return new Option(`${flag} <${unit || 'number'}>`, `${description} [${min} to ${max}]`)
    .default(fallback)
    .argParser(numberParser(range))
}

/** The number parser of a Commander option. @throws InvalidArgumentError with the value and the range */
const numberParser = (range: NumberRange) => (value: string) => {
  try {
    return parseNumber(value, range)
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
  }
}
