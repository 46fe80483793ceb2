/**
 * What `npm run bench:peers` reports: `peers.json`. The JSON Schema that stands beside this file is made from it. Durations are
 * in the unit that their name ends with; bytes are bytes; rates are per second.
 */
import Type, { type Static } from 'typebox'
import { KINDS } from '../kinds.ts'

const count = (description?: string) => Type.Integer({ minimum: 0, ...(description ? { description } : {}) })

/** A median over cycles, with its 95 % interval where there are enough of them. */
const estimate = Type.Object({
  value: Type.Number(),
  low: Type.Optional(Type.Number()),
  high: Type.Optional(Type.Number()),
  replicates: count('cycles'),
})

export const peersParametersSchema = Type.Object({
  kinds: Type.Array(Type.Enum([...KINDS])),
  peers: Type.Array(Type.String()),
  clients: count('readers of the one room'),
  rounds: count('fresh servers'),
  cycles: count('slices of each peer in a round'),
  slice: count('ms that a slice of the closed loop is measured for'),
  payload: count('bytes of text in a message'),
  rate: Type.Number({ description: 'messages per second, for latency' }),
  latency: count('ms that a slice of the open loop is measured for'),
  settle: count('ms without anything to do before memory is read'),
  seed: count('of the bootstrap'),
})

const costSchema = Type.Object({
  inFlight: count('messages under way at once'),
  perDeliveryUs: estimate,
  ratio: Type.Union([estimate, Type.Null()], {
    description: 'to the control of the kind, within the same cycle; below 1: cheaper; null for what has no control',
  }),
  cyclesUs: Type.Array(Type.Number(), { description: 'per delivery, cycle by cycle' }),
  deliveriesPerS: Type.Number({ description: 'median' }),
  serverUtilisation: Type.Number({ description: 'share of one core, median' }),
  generatorBusy: Type.Number({ description: 'share of the time, median' }),
})

export const peerCellSchema = Type.Object({
  id: Type.String({ description: 'unique in the report: kind/peer' }),
  kind: Type.Enum([...KINDS]),
  peer: Type.String(),
  isControl: Type.Boolean(),
  clients: count(),
  costs: Type.Array(costSchema),
  latencyMs: Type.Union(
    [
      Type.Object({
        ratePerS: Type.Number(),
        n: count('deliveries'),
        p50: Type.Number(),
        p99: Type.Number(),
        max: Type.Number(),
      }),
      Type.Null(),
    ],
    { description: 'from the moment at which the message was due; a short poll follows when the message is stored' },
  ),
  memory: Type.Union([
    Type.Object({
      idleBytes: Type.Number({ description: 'resident, with nobody connected' }),
      perConnectionBytes: Type.Number({ description: '(resident with all readers idle − with nobody) ÷ readers' }),
    }),
    Type.Null(),
  ]),
  counts: Type.Object({
    published: count(),
    expected: count('published × readers'),
    delivered: count(),
    lost: count(),
    twice: count(),
    outOfOrder: count(),
    refused: count('posts that were not accepted'),
    failures: count('readers whose connection ended'),
  }),
  validity: Type.Object({
    isVoid: Type.Boolean({ description: 'something was lost, came twice or out of order: its figures say nothing' }),
    valid: Type.Boolean(),
    reasons: Type.Array(Type.String()),
  }),
})

export const peersReportSchema = Type.Object({
  schemaVersion: Type.Literal(1),
  startedAt: Type.String({ description: 'ISO 8601' }),
  durationS: Type.Number(),
  command: Type.String(),
  parameters: peersParametersSchema,
  environment: Type.Object({
    node: Type.String(),
    platform: Type.String(),
    cpu: Type.String(),
    cores: count(),
    memoryBytes: count(),
    commit: Type.String(),
    loadAverage: Type.Number(),
    pinned: Type.Boolean({ description: 'server and generator each on a core of its own' }),
  }),
  peers: Type.Array(
    Type.Object({
      name: Type.String(),
      version: Type.String(),
      settings: Type.String({ description: 'the production settings that it ran with' }),
      lacks: Type.String({ description: 'what it does not do that ours does' }),
    }),
  ),
  cells: Type.Array(peerCellSchema),
  missing: Type.Array(Type.String(), { description: 'what was asked for and is not in this report' }),
  notInstalled: Type.Array(Type.Object({ name: Type.String(), command: Type.String() })),
})

export type PeersParameters = Static<typeof peersParametersSchema>
export type PeerCost = Static<typeof costSchema>
export type PeerCell = Static<typeof peerCellSchema>
export type PeersReport = Static<typeof peersReportSchema>
