import type { Arrivals, Coefficients, TransportCoefficients } from '../../src/models/coefficients.ts'
import { fitTransport, type CapacityObservation } from '../../src/models/capacity-fit.ts'
import { TRANSPORTS, type TransportName } from '../../src/transports.ts'
import { checksOf, isCheck } from '../report/capacity-checks.ts'
import type { ByteSplit, Cell, Parameters, Report } from '../report/schema.ts'

/** Arrivals in cells of the capacity scenario: a few messages of a Poisson process would make the load a matter of luck. */
export const CAPACITY_ARRIVALS: Arrivals = 'periodic'

/** Of a server of this project without clients, where a report does not say. */
const UNMEASURED_FILES = 30

/** A cell with lost or repeated messages has another load than it says. */
const isVoid = ({ counts }: Cell): boolean => counts.delivered !== counts.expected || counts.twice > 0

const total = (parts: ByteSplit): number => Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)

/** Rates per second by all clients, during the blocks of a cell; null for a cell without costs. */
export function observationOf(cell: Cell): CapacityObservation | null {
  const { clients, counts, ratePerS, cpu, bytes, requestsPerMessage, gapMs } = cell
  if (!cpu || clients === 0 || counts.delivered === 0 || isVoid(cell)) return null
  const deliveriesPerS = ratePerS * clients
  const requestsPerS = (requestsPerMessage?.value ?? 0) * deliveriesPerS
  const newsShare = counts.requests > 0 ? 1 - counts.empty / counts.requests : 0
  return {
    clients,
    ratePerS,
    requestsPerS,
    answersPerS: requestsPerS * newsShare,
    framesPerS: (counts.frames / counts.delivered) * deliveriesPerS,
    deliveriesPerS,
    utilisation: cpu.utilisation,
    bytes: bytes ? bytesPerS(bytes, deliveriesPerS) : null,
    gapMs: gapMs ?? null,
  }
}

/** The bytes of a message in the blocks, divided into headers and the rest as in the whole window. */
function bytesPerS(
  { up, down, perMessage }: NonNullable<Cell['bytes']>,
  deliveriesPerS: number,
): NonNullable<CapacityObservation['bytes']> {
  const all = total(up) + total(down)
  const perS = perMessage.application.value * deliveriesPerS
  const share = (bytes: number) => (bytes / all) * perS
  return {
    upHeaders: share(up.headers),
    downHeaders: share(down.headers),
    body: share(all - up.headers - down.headers),
    wire: perMessage.wire === null ? null : perMessage.wire.value * deliveriesPerS,
  }
}

/** The cells from which a transport's costs follow: those of the capacity scenario, otherwise those of overhead and rates. */
function fitCells(cells: readonly Cell[], transport: TransportName): Cell[] {
  const own = cells.filter(({ subject, id }) => subject === transport && !id.endsWith('/browser'))
  const ofCapacity = own.filter((cell) => cell.scenario === 'capacity' && !isCheck(cell))
  if (ofCapacity.length > 0) return ofCapacity
  return own.filter(({ scenario }) => scenario === 'overhead' || scenario === 'rates')
}

export type FittedCoefficients = Pick<Coefficients, 'payloadBytes' | 'process' | 'transports'>

/** Costs without checks. A transport without cells is left out. */
export function capacityCoefficients(
  cells: readonly Cell[],
  { payload: payloadBytes, arrivals: otherArrivals }: Pick<Parameters, 'payload' | 'arrivals'>,
): FittedCoefficients {
  const publisher = cells.find(({ id }) => id === 'capacity/publisher')
  const publishUs =
    publisher?.cpu && publisher.ratePerS > 0 ? (publisher.cpu.utilisation * 1e6) / publisher.ratePerS : 0
  const bases: number[] = []
  const fitted = TRANSPORTS.flatMap((transport): [TransportName, TransportCoefficients][] => {
    const own = fitCells(cells, transport)
    const arrivals = own.some(({ scenario }) => scenario === 'capacity') ? CAPACITY_ARRIVALS : otherArrivals
    const observations = own.flatMap((cell) => observationOf(cell) ?? [])
    if (observations.length < MIN_LOADS || observations.every(({ bytes }) => bytes === null)) return []
    const memory = memoryOf(cells, transport)
    if (memory) bases.push(memory.baseBytes)
    return [
      [
        transport,
        fitTransport(transport, observations, { publishUs, memoryBytes: memory?.clientBytes ?? null, arrivals }),
      ],
    ]
  })
  return {
    payloadBytes,
    process: {
      publishUs,
      memoryBytes: bases.length > 0 ? bases.reduce((sum, bytes) => sum + bytes, 0) / bases.length : 0,
      files: publisher?.files ?? UNMEASURED_FILES,
    },
    transports: Object.fromEntries(fitted),
  }
}

/** With one load, a cost for each message and a cost for each client are the same. */
const MIN_LOADS = 2

/** The line through the memory of a server with several numbers of clients. */
function memoryOf(cells: readonly Cell[], transport: TransportName): { clientBytes: number; baseBytes: number } | null {
  const own = cells.filter(({ subject, memory }) => subject === transport && memory?.points)
  const { memory } =
    own.find(({ scenario }) => scenario === 'capacity') ?? own.find(({ scenario }) => scenario === 'memory') ?? {}
  if (!memory?.points || memory.perClientBytes <= 0) return null
  const { perClientBytes, points } = memory
  const bases = points.map(([clients, bytes]) => bytes - perClientBytes * clients)
  return { clientBytes: perClientBytes, baseBytes: bases.reduce((sum, bytes) => sum + bytes, 0) / bases.length }
}

/** The coefficients of a report; null where its cells are too few for any transport. */
export function coefficientsOf({ cells, environment, parameters, startedAt }: Report): Coefficients | null {
  const fitted = capacityCoefficients(cells, parameters)
  if (Object.keys(fitted.transports).length === 0) return null
  const { node, platform, cpu, cores, commit, network } = environment
  const browser = cells.find(({ id }) => id === 'overhead/short-poll/browser')
  return {
    schemaVersion: 1,
    measuredAt: startedAt,
    environment: { node, platform, cpu, cores, commit, network },
    browserHeaderBytes:
      browser?.bytes && browser.counts.requests > 0
        ? (browser.bytes.up.headers + browser.bytes.down.headers) / browser.counts.requests
        : null,
    ...fitted,
    checks: cells.flatMap(checksOf),
  }
}
