import { isIPv4 } from 'node:net'

import { Command, InvalidArgumentError, Option } from 'commander'

import type { Target } from './connection.ts'
import type { LinkOptions } from './types.ts'
import type { LinkProfile, ProfileName } from './profile.ts'
import { completeProfile, FIELDS, PROFILE_NAMES, PROFILE_NOTES, PROFILES } from './profile.ts'
import { parseNumber, type NumberRange, rangeText } from '../number-range.ts'
import { PORT_RANGE, SEED_RANGE } from './range.ts'

interface FieldFlag {
  flag: string
  field: keyof typeof FIELDS
  /** The unit of the flag. */
  unit: string
  text: string
  /** The flag's unit in the field's unit: a round trip is two delays. */
  factor?: number
  /** The value of the flag without an argument. */
  bare?: number
}

const FIELD_FLAGS: FieldFlag[] = [
  { flag: '--rtt', field: 'delayMs', unit: 'ms', factor: 0.5, text: 'round trip, half of it each way' },
  { flag: '--jitter', field: 'jitterMs', unit: 'ms', text: 'added each way, uniform from 0 to this' },
  { flag: '--mbit', field: 'bitsPerSecond', unit: 'Mbit/s', factor: 1e6, text: 'bandwidth each way' },
  { flag: '--slice', field: 'sliceBytes', unit: 'bytes', text: 'pass bytes on in slices of 1 to this many' },
  { flag: '--slice-gap', field: 'sliceGapMs', unit: 'ms', text: 'time between slices' },
  {
    flag: '--limit-up',
    field: 'limitUpBytes',
    unit: 'bytes',
    text: 'end a connection after this many bytes from the client',
  },
  { flag: '--limit-down', field: 'limitDownBytes', unit: 'bytes', text: 'the same from the server' },
  {
    flag: '--buffering',
    field: 'bufferBytes',
    unit: 'bytes',
    text: 'hold each response until this many bytes are held',
    bare: 16_384,
  },
  {
    flag: '--idle-kill',
    field: 'idleKillMs',
    unit: 'ms',
    text: 'reset a connection that was idle for this time',
  },
  { flag: '--cut-every', field: 'cutEveryMs', unit: 'ms', text: 'period of cuts, which reset all connections' },
  { flag: '--cut-for', field: 'cutForMs', unit: 'ms', text: 'length of a cut, at the end of its period' },
  { flag: '--stall-every', field: 'stallEveryMs', unit: 'ms', text: 'period of stalls, which stop all bytes' },
  { flag: '--stall-for', field: 'stallForMs', unit: 'ms', text: 'length of a stall, at the end of its period' },
]

/** Reads the command line. Ends the process with exit code 1 and a line on stderr when a value is wrong. */
export function readFlags(argv: string[]): LinkOptions & { to: Target[] } {
  const program = new Command('npm run link --')
    .description('A TCP relay in front of a server on this machine that emulates a network.')
    .addOption(
      new Option('--to <port or host:port>', 'the server; several servers get connections in turn')
        .argParser((text, before: Target[] | undefined) => [...(before ?? []), target(text)])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--port <port>', 'where to listen; 0 = any free port').argParser(number(PORT_RANGE)).default(0),
    )
    .addOption(
      new Option('--profile <name>', 'a profile, listed below, sets other defaults')
        .choices(PROFILE_NAMES)
        .default('local'),
    )
  for (const flag of FIELD_FLAGS) program.addOption(fieldOption(flag))
  program
    .addOption(
      new Option('--limit-by <how>', 'how a limit ends a connection (default: close)').choices(['close', 'reset']),
    )
    .addOption(
      new Option('--seed <number>', `of jitter and slices: ${rangeText(SEED_RANGE)}`)
        .argParser(number(SEED_RANGE))
        .default(1),
    )
    .addHelpText('after', helpEnd())
    .parse(argv, { from: 'user' })
  const { to, port, profile, seed } = program.opts<{
    to: Target[]
    port: number
    profile: ProfileName
    seed: number
  }>()
  try {
    return { to, port, seed, profile: completeProfile({ ...PROFILES[profile], ...overrides(program) }) }
  } catch (error) {
    return program.error(`error: ${withFlagNames(error instanceof Error ? error.message : String(error))}`)
  }
}

function overrides(program: Command): Partial<LinkProfile> {
  const options: Record<string, unknown> = program.opts()
  const given: Partial<LinkProfile> = {}
  for (const { flag, field, factor = 1 } of FIELD_FLAGS) {
    const value = options[new Option(flag).attributeName()]
    if (typeof value === 'number') given[field] = value * factor
  }
  const { limitBy } = options
  if (limitBy === 'close' || limitBy === 'reset') given.limitBy = limitBy
  return given
}

/** A field's range in the flag's own unit; a flag that is left out stands for null. */
function flagRange({ field, unit, factor = 1 }: FieldFlag): NumberRange {
  const { min, max, fractions = false } = FIELDS[field]
  return { min: min / factor, max: max / factor, unit, fractions }
}

function fieldOption(flag: FieldFlag): Option {
  const { field, text, bare } = flag
  const range = flagRange(flag)
  const fallback = PROFILES.local[field] ?? FIELDS[field].orNull ?? ''
  const described = `${text}: ${rangeText(range)} (default: ${fallback})`
  const option = new Option(`${flag.flag} ${bare === undefined ? `<${flag.unit}>` : `[${flag.unit}]`}`, described)
  return option.argParser(number(range)).preset(bare)
}

function number(range: NumberRange): (text: string) => number {
  return (text) => {
    try {
      return parseNumber(text, range)
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
  }
}

/** Loopback only: the command must not be an open relay to other machines. */
function target(text: string): Target {
  const [, ipv6, name, digits] = /^(?:(?:\[([^\]]*)\]|([^:]*)):)?(\d{1,5})$/.exec(text) ?? []
  const host = ipv6 ?? name ?? '127.0.0.1'
  const port = Number(digits)
  const loopback = host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
  if (loopback && port >= 1 && port <= 65_535) return { host, port }
  throw new InvalidArgumentError(
    'Allowed: a port, 1 to 65535, or host:port where host is localhost, 127.x.x.x or [::1]',
  )
}

/** Replaces names of fields in a message by flags. */
function withFlagNames(message: string): string {
  return FIELD_FLAGS.reduce((text, { field, flag }) => text.replaceAll(field, flag), message)
}

function helpEnd(): string {
  const profiles = PROFILE_NAMES.map((name) => `  ${name.padEnd(14)}${PROFILE_NOTES[name]}`)
  return `
Profiles:
${profiles.join('\n')}

A new connection costs one round trip before its first byte, as TCP's handshake does. TCP loss is not emulated: above
TCP it can only be seen as stalls. Ctrl-C ends the link and prints what went through it.`
}
