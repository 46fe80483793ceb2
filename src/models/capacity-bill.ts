import type { Capacity } from './capacity.ts'

/** Prices of a provider. */
export interface Prices {
  /** For a month of a machine with `coresPerMachine` cores and `gigabytesPerMachine`. */
  machine: number
  coresPerMachine: number
  gigabytesPerMachine: number
  /** For a gigabyte (10⁹ bytes) of traffic. */
  gigabyte: number
}

export interface Bill {
  machines: number
  machinesPrice: number
  /** 10⁹ bytes in a month of 30 days. */
  gigabytes: number
  trafficPrice: number
  total: number
  /** What the number of machines follows from. */
  because: 'cores' | 'memory'
}

const SECONDS_PER_MONTH = 30 * 86_400

/** Traffic of a month, in 10⁹ bytes. */
export const gigabytesPerMonth = (bytesPerS: number): number => (bytesPerS * SECONDS_PER_MONTH) / 1e9

/** Machines that a load fills, not rounded, and what fills them first. */
export function machineShare(
  { cores, memoryBytes }: Pick<Capacity, 'cores' | 'memoryBytes'>,
  { coresPerMachine, gigabytesPerMachine }: Prices,
  targetUtilisation: number,
): { share: number; because: Bill['because'] } {
  const byCores = cores / targetUtilisation / coresPerMachine
  const byMemory = (memoryBytes ?? 0) / 1e9 / gigabytesPerMachine
  return byMemory > byCores ? { share: byMemory, because: 'memory' } : { share: byCores, because: 'cores' }
}

/** The bill of a month in which the load is always the same. */
export function billOf(capacity: Capacity, prices: Prices, targetUtilisation: number): Bill {
  const { share, because } = machineShare(capacity, prices, targetUtilisation)
  const machines = Math.max(1, Math.ceil(share))
  const gigabytes = gigabytesPerMonth(capacity.wireBytesPerS ?? capacity.bytesPerS)
  const [machinesPrice, trafficPrice] = [machines * prices.machine, gigabytes * prices.gigabyte]
  return {
    machines,
    machinesPrice,
    gigabytes,
    trafficPrice,
    total: machinesPrice + trafficPrice,
    because,
  }
}
