/** `coefficients.json`, beside report.json. coefficients.schema.json is generated from this file. */
import Type, { type Static } from 'typebox'
import type { Coefficients } from '../../src/models/coefficients.ts'
import type { TransportName } from '../../src/transports.ts'

const number = (description: string) => Type.Number({ minimum: 0, description })
const orNull = <T extends ReturnType<typeof number>>(schema: T) => Type.Union([schema, Type.Null()])
const range = (description: string) => Type.Tuple([Type.Number(), Type.Number()], { description })
const name = Type.Unsafe<TransportName>(Type.String({ description: 'the name of a transport' }))

const transport = Type.Object({
  cpu: Type.Object(
    {
      messageUs: number('for each message with at least one client, beside publishUs'),
      requestUs: number('for each poll, with its empty answer'),
      answerUs: number('for each answer with messages, in addition'),
      coldUs: number('for each poll that finds a cold process, in addition'),
      warmMs: number('ms: time constant in which an idle process becomes cold'),
      frameUs: number('for each frame or piece of a stream to one client'),
    },
    { description: 'CPU time of the server process, user and system' },
  ),
  bytes: Type.Object(
    {
      requestBytes: number('headers of a request, with the request line'),
      emptyAnswerBytes: number('headers of an answer without messages'),
      answerBytes: number('headers of an answer with messages'),
      messageBytes: number('what one message adds to a batch, with a text of payloadBytes'),
    },
    { description: 'above TCP' },
  ),
  segmentsPerRequest: orNull(number('TCP segments for each request with its answer; null: not counted')),
  segmentsPerFrame: orNull(number('TCP segments for each frame; null: not counted')),
  memoryBytes: orNull(number('for each waiting client; null: not measured')),
  gapMs: number('fixed part of the time from a long poll’s answer to the next read for its client'),
  gapMsPerClient: number('the part for each client that is answered at the same time'),
  range: Type.Object(
    {
      clients: range('clients'),
      ratePerS: range('messages per second'),
      requestsPerS: Type.Union([range('requests per second'), Type.Null()]),
      deliveriesPerS: range('deliveries per second'),
    },
    { description: 'lowest and highest value of the measured loads' },
  ),
})

export const coefficientsSchema = Type.Object({
  schemaVersion: Type.Literal(1),
  measuredAt: Type.String({ description: 'ISO 8601: start of the run' }),
  environment: Type.Object({
    node: Type.String(),
    platform: Type.String(),
    cpu: Type.String(),
    cores: number('cores'),
    commit: Type.String(),
    network: Type.String(),
  }),
  payloadBytes: number('text of a measured message'),
  browserHeaderBytes: orNull(number('headers of a browser’s empty poll and its answer; null: not measured')),
  process: Type.Object({
    publishUs: number('µs of CPU time for each published message without clients'),
    memoryBytes: number('without clients'),
    files: number('open files without clients'),
  }),
  transports: Type.Record(Type.String(), transport, { description: 'by name of the transport' }),
  checks: Type.Array(
    Type.Object({
      transport: name,
      quantity: Type.Enum(['cpu', 'bytes', 'memory']),
      clients: number('clients'),
      ratePerS: number('messages per second'),
      predicted: number('from the coefficients'),
      measured: number('cpu: share of a core; bytes: per second, above TCP; memory: resident, process and clients'),
    }),
    { description: 'loads that were not used for the fit' },
  ),
})

/** The compiler holds the schema and the type of the models together. */
export const asCoefficients = (value: Static<typeof coefficientsSchema>): Coefficients => value
