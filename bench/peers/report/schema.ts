/**
 * The report of `npm run bench:peers`: `peers.json`. `peers.schema.json` is made from this file. A duration is in the unit at the
 * end of its name; rates are per second.
 */
import Type, { type Static } from 'typebox'
import { KINDS } from '../kinds.ts'

const count = (description?: string) => Type.Integer({ minimum: 0, ...(description ? { description } : {}) })

/** A median over cycles, with its 95 % interval from two cycles on. */
const estimate = Type.Object({
  value: Type.Number(),
  low: Type.Optional(Type.Number()),
  high: Type.Optional(Type.Number()),
  replicates: count('cycles'),
})

export const peersParametersSchema = Type.Object({
  kinds: Type.Array(Type.Enum([...KINDS])),
  peers: Type.Array(Type.String()),
  clients: count('readers of the room'),
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
  inFlight: count('messages in flight'),
  perDeliveryUs: estimate,
  ratio: Type.Union([estimate, Type.Null()], {
    description: 'cost ÷ cost of the control in the same cycle; below 1 is cheaper; null without a control',
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
    {
      description:
        'from the scheduled time of the message to its receipt; a short poll is sent when the message is stored',
    },
  ),
  memory: Type.Union([
    Type.Object({
      idleBytes: Type.Number({ description: 'resident bytes before the first connection' }),
      perConnectionBytes: Type.Number({ description: 'growth of the resident bytes per reader, all readers idle' }),
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
    isVoid: Type.Boolean({ description: 'a message was lost, received twice or out of order, or a request failed' }),
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
    pinned: Type.Boolean({ description: 'server and generator are pinned to one core each' }),
  }),
  peers: Type.Array(
    Type.Object({
      name: Type.String(),
      version: Type.String(),
      settings: Type.String({ description: 'production settings in use' }),
      lacks: Type.String({ description: 'features of this project that the peer does not have' }),
    }),
  ),
  cells: Type.Array(peerCellSchema),
  missing: Type.Array(Type.String(), { description: 'requested, but not in this report' }),
  notInstalled: Type.Array(Type.Object({ name: Type.String(), command: Type.String() })),
})

export type PeersParameters = Static<typeof peersParametersSchema>
export type PeerCost = Static<typeof costSchema>
export type PeerCell = Static<typeof peerCellSchema>
export type PeersReport = Static<typeof peersReportSchema>
