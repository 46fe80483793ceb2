/**
 * The report of a run of the suite, as in `report.json`. report.schema.json is generated from this file.
 * A duration is in the unit at the end of its name; rates are per second.
 */
import Type, { type Static } from 'typebox'
import type { TransportName } from '../../src/transports.ts'

const count = (description?: string) => Type.Integer({ minimum: 0, ...(description ? { description } : {}) })
const number = (description: string) => Type.Number({ description })
/** A point estimate, with a 95 % interval if one was computed. */
const estimate = Type.Object({
  value: Type.Number(),
  low: Type.Optional(Type.Number()),
  high: Type.Optional(Type.Number()),
  /** Number of independent replicates (publishes, blocks, clients) of the interval. */
  replicates: Type.Optional(Type.Integer()),
})
const split = Type.Object({
  headers: Type.Number({ description: 'request and response headers, without those that open a stream or a socket' }),
  framing: Type.Number({
    description:
      'what the protocol adds to this project’s JSON: chunk sizes, SSE fields, heads of WebSocket frames, packet types',
  }),
  envelope: Type.Optional(
    Type.Number({
      description: 'this project’s JSON without the text of messages; in older reports, framing contains it',
    }),
  ),
  payload: Type.Number({ description: 'the text of messages, UTF-8' }),
})

export const SCENARIOS = [
  'latency',
  'overhead',
  'rates',
  'rtt',
  'http',
  'sweep',
  'memory',
  'http2',
  'deflate',
  'capacity',
] as const

/** Scenarios that only a full run includes by default. */
export const ONLY_IN_FULL: readonly (typeof SCENARIOS)[number][] = ['http2', 'deflate', 'capacity']

export const parametersSchema = Type.Object({
  clients: count('subscribers of an overhead cell'),
  rate: number('messages per second'),
  interval: number('ms between the starts of two short polls of one client'),
  hold: number('ms for which a long poll is held'),
  payload: count('bytes of text in a message'),
  headers: Type.Enum(['minimal', 'browser'], { description: 'request headers of the raw client' }),
  arrivals: Type.Enum(['poisson', 'periodic']),
  seed: count(),
  rtt: number('ms, of the emulated link in the rtt scenario'),
  profile: Type.Enum(['quick', 'default', 'full'], { description: 'length of the scenarios' }),
  transports: Type.Optional(
    Type.Array(Type.Unsafe<TransportName>(Type.String({ description: 'the name of a transport' })), {
      description: 'the transports of `--transports`; by default each scenario covers those of its profile',
    }),
  ),
})

export const selfCheckSchema = Type.Object({
  name: Type.String(),
  expected: Type.String(),
  measured: Type.String(),
  ok: Type.Boolean(),
})

export const cellSchema = Type.Object({
  id: Type.String({ description: 'unique in the report: scenario/subject/variant' }),
  scenario: Type.Enum([...SCENARIOS]),
  subject: Type.String({ description: 'a transport, or the request of an HTTP cell: empty-poll, post …' }),
  client: Type.Enum(['project', 'raw', 'ws', 'autocannon'], {
    description: 'the client code of the subscribers: see README',
  }),
  loop: Type.Enum(['open', 'closed'], { description: 'closed: each request waits for the previous answer' }),
  durationS: Type.Number(),
  clients: count(),
  ratePerS: Type.Number({ description: 'messages published per second' }),
  intervalMs: Type.Optional(Type.Number()),
  holdMs: Type.Optional(Type.Number()),
  rttMs: Type.Optional(Type.Number()),
  gapMs: Type.Optional(
    Type.Number({ description: 'mean time from the end of a long poll’s answer to the next read for its client' }),
  ),
  files: Type.Optional(count('open files of the server')),
  payloadBytes: count(),
  counts: Type.Object({
    published: count(),
    expected: count('published × subscribers'),
    delivered: count(),
    twice: count(),
    outOfOrder: count(),
    requests: count(),
    empty: count('answers without an event'),
    frames: count('to the subscribers: data frames of WebSockets, batches of streamed answers'),
    connections: count('TCP connections opened'),
  }),
  latencyMs: Type.Optional(
    Type.Object({
      from: Type.Enum(['intended', 'request'], {
        description: 'intended: from the scheduled moment of publishing to the receipt',
      }),
      n: count(),
      p50: Type.Number(),
      p90: Type.Number(),
      p99: Type.Number(),
      p999: Type.Number(),
      max: Type.Number(),
      mean: Type.Number(),
      medianInterval: Type.Optional(Type.Tuple([Type.Number(), Type.Number()])),
      percentiles: Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
        description: '[percentile 0 to 100, ms], dense towards 100, for HDR plots',
      }),
      ecdf: Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
        description: '[ms, share 0 to 1], at most 200 points',
      }),
      histogram: Type.String({ description: 'HdrHistogram V2, base64, in µs' }),
    }),
  ),
  bytes: Type.Optional(
    Type.Object({
      up: split,
      down: split,
      handshake: Type.Number({
        description: 'headers that open a stream or a socket: both ways, paid once per connection',
      }),
      wire: Type.Union([Type.Number(), Type.Null()], { description: 'with TCP/IP; null outside a network namespace' }),
      segments: Type.Union([Type.Number(), Type.Null()]),
      perMessage: Type.Object({
        application: estimate,
        wire: Type.Union([estimate, Type.Null()]),
      }),
    }),
  ),
  perRequest: Type.Optional(
    Type.Object(
      { up: split, down: split, bytes: estimate },
      { description: 'one request and its answer on a warm connection, without TLS and TCP/IP' },
    ),
  ),
  requestsPerMessage: Type.Optional(estimate),
  cpu: Type.Optional(
    Type.Object({
      serverMs: Type.Number({ description: 'user + system time of the server during the cell' }),
      perDeliveryUs: Type.Union([estimate, Type.Null()]),
      perRequestUs: Type.Union([estimate, Type.Null()]),
      utilisation: Type.Number({ description: 'share of one core' }),
    }),
  ),
  connect: Type.Optional(
    Type.Object(
      {
        requests: Type.Number(),
        connections: Type.Number({ description: 'TCP' }),
        bytes: Type.Number({ description: 'both ways, without TCP/IP' }),
      },
      { description: 'average cost of one subscriber until it follows the room' },
    ),
  ),
  memory: Type.Optional(
    Type.Object(
      {
        perClientBytes: Type.Number(),
        interval: Type.Optional(Type.Tuple([Type.Number(), Type.Number()], { description: '95 %, of perClientBytes' })),
        idleBytes: Type.Number({ description: 'resident, before the first client' }),
        loadedBytes: Type.Number({ description: 'resident, with all clients' }),
        points: Type.Optional(
          Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
            description: '[clients, resident bytes]: perClientBytes is the slope of the line through them',
          }),
        ),
      },
      { description: 'resident memory of the server process, without the free part of its heap' },
    ),
  ),
  throughput: Type.Optional(
    Type.Object({ requestsPerS: Type.Number(), latencyMsP50: Type.Number(), latencyMsP99: Type.Number() }),
  ),
  model: Type.Optional(
    Type.Record(Type.String(), Type.Number(), {
      description: 'prediction of the model: p50Ms, meanMs, maxMs, requestsPerMessage …',
    }),
  ),
  modelEcdf: Type.Optional(
    Type.Array(Type.Tuple([Type.Number(), Type.Number()]), {
      description: 'the model’s curve over `ecdf`: [ms, share 0 to 1]',
    }),
  ),
  raw: Type.Optional(Type.Unknown({ description: 'the unchanged result of another tool' })),
  generator: Type.Object({
    utilisation: Type.Number({ description: 'the busiest load process, share of one core' }),
    publisherLagP99Ms: Type.Union([Type.Number(), Type.Null()]),
    scheduledShare: Type.Union([Type.Number(), Type.Null()], {
      description: 'polls sent ÷ polls scheduled',
    }),
  }),
  validity: Type.Object({ valid: Type.Boolean(), attempts: count(), reasons: Type.Array(Type.String()) }),
})

export const comparisonSchema = Type.Object({
  scenario: Type.String(),
  metric: Type.String({ description: 'latencyMs' }),
  a: Type.String(),
  b: Type.String(),
  /** a − b */
  medianDifference: estimate,
  cliffsDelta: Type.Number({ description: '−1 to 1; negative: a is lower' }),
  verdict: Type.Enum(['a is lower', 'b is lower', 'no difference shown']),
})

export const crossoverSchema = Type.Object({
  name: Type.Enum(['requests', 'bytes', 'cpu']),
  meaning: Type.String(),
  a: Type.String(),
  b: Type.String(),
  predictedPerS: Type.Union([Type.Number(), Type.Null()]),
  measuredPerS: Type.Union([Type.Number(), Type.Null()], {
    description: 'null: not within the measured rates',
  }),
})

export const publishedSchema = Type.Object({
  source: Type.String(),
  claim: Type.String({ description: 'the published figure' }),
  ours: Type.String({ description: 'our figure for the same quantity, with its conditions' }),
  agrees: Type.Union([Type.Boolean(), Type.Null()], { description: 'null: not comparable, for the reason in `ours`' }),
})

export const reportSchema = Type.Object({
  schemaVersion: Type.Literal(1),
  startedAt: Type.String({ description: 'ISO 8601' }),
  durationS: Type.Number(),
  command: Type.String(),
  parameters: parametersSchema,
  environment: Type.Object({
    node: Type.String(),
    platform: Type.String(),
    cpu: Type.String(),
    cores: count(),
    memoryBytes: count(),
    commit: Type.String(),
    network: Type.Enum(['namespace', 'host'], {
      description: 'namespace: segments and wire bytes include only this benchmark',
    }),
    loadAverage: Type.Number(),
  }),
  selfChecks: Type.Array(selfCheckSchema),
  cells: Type.Array(cellSchema),
  comparisons: Type.Array(comparisonSchema),
  crossovers: Type.Array(crossoverSchema),
  published: Type.Array(publishedSchema),
  conclusions: Type.Array(Type.Object({ en: Type.String(), zh: Type.String() })),
  missing: Type.Array(Type.String(), { description: 'requested parts that are not in this report' }),
})

export type Scenario = (typeof SCENARIOS)[number]
export type Estimate = Static<typeof estimate>
export type ByteSplit = Static<typeof split>
export type Parameters = Static<typeof parametersSchema>
export type SelfCheck = Static<typeof selfCheckSchema>
export type Cell = Static<typeof cellSchema>
export type Comparison = Static<typeof comparisonSchema>
export type Crossover = Static<typeof crossoverSchema>
export type Published = Static<typeof publishedSchema>
export type Report = Static<typeof reportSchema>
