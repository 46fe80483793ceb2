import { Command, Option } from 'commander'
import { listOf, numberOption, type NumberParameter } from '../rig/parameters.ts'
import { KINDS, type Kind } from './kinds.ts'
import { PEERS } from './peers/list.ts'
import type { Peer } from './peer.ts'
import type { PeersParameters } from './report/schema.ts'

const NUMBERS = {
  clients: { default: 500, min: 1, max: 15_000, unit: 'readers', description: 'of the room' },
  rounds: { default: 1, min: 1, max: 100, unit: 'rounds', description: 'each with new server processes' },
  cycles: {
    default: 8,
    min: 1,
    max: 1000,
    unit: 'cycles',
    description: 'in a round; each peer has a slice of each load in a cycle',
  },
  slice: { default: 200, min: 20, max: 60_000, unit: 'ms', description: 'length of a slice of the closed loop' },
  payload: { default: 100, min: 14, max: 2000, unit: 'bytes', description: 'of text in a message' },
  rate: {
    default: 20,
    min: 0,
    max: 500,
    unit: 'messages/s',
    fractions: true,
    description: 'at which latency is measured; 0 leaves it out',
  },
  latency: { default: 700, min: 20, max: 60_000, unit: 'ms', description: 'length of a slice at --rate' },
  settle: { default: 600, min: 0, max: 60_000, unit: 'ms', description: 'without load before memory is read' },
  seed: { default: 1, min: 0, max: 4_294_967_295, unit: '', description: 'of the bootstrap' },
} as const satisfies Record<string, NumberParameter>

export interface PeersRequest {
  peers: Peer[]
  parameters: Omit<PeersParameters, 'peers'>
  out: string
  json?: string
  html?: string
}

/** Reads the flags. Prints and ends the process for --help (status 0) and for what is not allowed (status 1). */
export function readPeersRequest(argv: readonly string[]): PeersRequest {
  const names = PEERS.map(({ name }) => name)
  const command = new Command('npm run bench:peers --')
    .description(
      'Compares this server with others under the same load: one room, every message to every reader, once and in order.',
    )
    .allowExcessArguments(false)
    .showHelpAfterError('(--help lists the flags)')
    .addOption(
      new Option('--peers <names>', `which, with a comma between: ${names.join(', ')} (default: all; the controls always)`)
        .argParser((value) => listOf(value, names)), // prettier-ignore
    )
    .addOption(
      new Option('--kinds <names>', `of readers, with a comma between: ${KINDS.join(', ')}`)
        .default([...KINDS], 'all')
        .argParser((value) => listOf(value, KINDS)),
    )
    .addOption(new Option('--out <folder>', 'where reports go').default('reports'))
    .addOption(new Option('--json <file>', 'for the JSON, instead of a file in --out'))
    .addOption(new Option('--html <file>', 'for the page, instead of a file in --out'))
  for (const [name, parameter] of Object.entries(NUMBERS)) command.addOption(numberOption(name, parameter))
  const {
    peers: wanted = names,
    out,
    json,
    html,
    ...parameters
  } = command
    .parse(argv)
    .opts<
      Omit<PeersParameters, 'peers'> & { peers?: string[]; kinds: Kind[]; out: string; json?: string; html?: string }
    >()
  return {
    peers: PEERS.filter(({ name, isControl }) => isControl === true || wanted.includes(name)),
    parameters,
    out,
    ...(json === undefined ? {} : { json }),
    ...(html === undefined ? {} : { html }),
  }
}
