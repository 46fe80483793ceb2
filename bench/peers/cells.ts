import { clusterBootstrap, median, quantile } from '../analysis/statistics.ts'
import type { SliceResult } from './generator/slice.ts'
import { CONTROLS, type Kind } from './kinds.ts'
import type { PeerRecord } from './record.ts'
import type { PeerCell, PeerCost } from './report/schema.ts'
import { doubtsAbout } from './validity.ts'

interface CellOptions {
  clients: number
  rate: number
  seed: number
}

/** The cells of one kind. */
export function cellsOf(kind: Kind, records: readonly PeerRecord[], options: CellOptions): PeerCell[] {
  const control = records.find(({ peer }) => peer.name === CONTROLS[kind])
  return records.filter(({ closed }) => closed.size > 0).map((record) => cellOf(record, control, options))
}

function cellOf(record: PeerRecord, control: PeerRecord | undefined, options: CellOptions): PeerCell {
  const { kind, peer, memories, warmUps, closed, open, errors } = record
  const { clients, rate } = options
  const slices = [...closed.values()].flatMap((cycles) => [...cycles.values()])
  const all = [...warmUps, ...slices, ...open]
  const counts = countsOf(all, clients)
  const latencies = open.flatMap(({ latenciesMs }) => latenciesMs)
  return {
    id: `${kind}/${peer.name}`,
    kind,
    peer: peer.name,
    isControl: record === control,
    clients,
    costs: [...closed].flatMap(([inFlight, cycles]) => {
      const cost = costOf(inFlight, cycles, control?.closed.get(inFlight), options.seed)
      return cost ? [cost] : []
    }),
    latencyMs:
      latencies.length === 0
        ? null
        : {
            ratePerS: rate,
            n: latencies.length,
            p50: quantile(latencies, 0.5),
            p99: quantile(latencies, 0.99),
            max: quantile(latencies, 1),
          },
    memory: {
      idleBytes: median(memories.map(({ idleBytes }) => idleBytes)),
      perConnectionBytes: median(
        memories.map(({ idleBytes, connectedBytes }) => (connectedBytes - idleBytes) / clients),
      ),
    },
    counts,
    validity: doubtsAbout({ counts, slices, errors, firstFailure: firstFailureOf(all) }),
  }
}

const perDeliveryUs = ({ measured }: SliceResult): number => measured.serverCpuUs / measured.deliveries

/** Without a delivery or CPU time, as on a machine that other processes keep busy. */
const isEmpty = ({ measured }: SliceResult): boolean => measured.deliveries === 0 || measured.serverCpuUs === 0

/** Over the cycles that are not empty; null when all are. */
function costOf(
  inFlight: number,
  cycles: ReadonlyMap<string, SliceResult>,
  control: ReadonlyMap<string, SliceResult> | undefined,
  seed: number,
): PeerCost | null {
  const useful = [...cycles].filter(([, result]) => !isEmpty(result))
  if (useful.length === 0) return null
  const results = useful.map(([, result]) => result)
  const ratios = useful.flatMap(([cycle, result]) => {
    const other = control?.get(cycle)
    return other && !isEmpty(other) ? [perDeliveryUs(result) / perDeliveryUs(other)] : []
  })
  return {
    inFlight,
    perDeliveryUs: medianOf(results.map(perDeliveryUs), seed),
    ratio: ratios.length > 0 ? medianOf(ratios, seed) : null,
    cyclesUs: results.map(perDeliveryUs),
    deliveriesPerS: median(results.map(({ measured }) => measured.deliveries / measured.seconds)),
    serverUtilisation: median(results.map(({ measured }) => measured.serverCpuUs / 1e6 / measured.seconds)),
    generatorBusy: median(results.map(({ generatorBusy }) => generatorBusy)),
  }
}

/** The replicate is the cycle. */
function medianOf(values: readonly number[], seed: number): PeerCost['perDeliveryUs'] {
  if (values.length < 2) return { value: median(values), replicates: values.length }
  const { value, low, high, replicates } = clusterBootstrap(values.map((one) => [one]), { seed }) // prettier-ignore
  return { value, low, high, replicates }
}

function countsOf(slices: readonly SliceResult[], clients: number): PeerCell['counts'] {
  const sum = (pick: (slice: SliceResult) => number) => slices.reduce((total, slice) => total + pick(slice), 0)
  const published = sum((slice) => slice.published)
  return {
    published,
    expected: published * clients,
    delivered: sum(({ delivered }) => delivered),
    lost: sum(({ lost }) => lost),
    twice: sum(({ twice }) => twice),
    outOfOrder: sum(({ outOfOrder }) => outOfOrder),
    refused: sum(({ refused }) => refused),
    failures: sum(({ failures }) => failures),
  }
}

const firstFailureOf = (slices: readonly SliceResult[]): string =>
  slices.find(({ failures }) => failures > 0)?.firstFailure ?? ''
