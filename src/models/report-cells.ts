/**
 * The parts of a report of the benchmark that the page reads too. The schema of the whole report is bench/report/schema.ts; its
 * type is assignable to these.
 */
export interface Estimate {
  value: number
  low?: number
  high?: number
}

export interface ReportCell {
  id: string
  scenario: string
  subject: string
  client: string
  loop: string
  clients: number
  ratePerS: number
  intervalMs?: number
  holdMs?: number
  rttMs?: number
  payloadBytes: number
  latencyMs?: {
    n: number
    p50: number
    p99: number
    max: number
    medianInterval?: [number, number]
  }
  bytes?: { perMessage: { application: Estimate; wire: Estimate | null } }
  requestsPerMessage?: Estimate
  cpu?: { perDeliveryUs: Estimate | null; utilisation: number }
  memory?: { perClientBytes: number; interval?: [number, number]; loadedBytes: number }
  validity: { valid: boolean; reasons: string[] }
}

export interface ReportFacts {
  startedAt: string
  durationS: number
  command: string
  parameters: object & { headers: string; arrivals: string; profile: string }
  environment: {
    node: string
    platform: string
    cpu: string
    cores: number
    memoryBytes: number
    commit: string
    network: string
  }
  selfChecks: { name: string; expected: string; measured: string; ok: boolean }[]
  cells: ReportCell[]
  published: { source: string; claim: string; ours: string; agrees: boolean | null }[]
  conclusions: { en: string; zh: string }[]
  missing: string[]
}

const point = (value: number | null | undefined): Estimate | undefined =>
  value === null || value === undefined ? undefined : { value }

function medianOf({ latencyMs }: ReportCell): Estimate | undefined {
  if (!latencyMs) return undefined
  const { p50, medianInterval } = latencyMs
  return medianInterval ? { value: p50, low: medianInterval[0], high: medianInterval[1] } : { value: p50 }
}

/** Without growth there is no figure: the memory does not depend on the clients. */
function memoryOf({ memory }: ReportCell): Estimate | undefined {
  if (!memory || memory.perClientBytes <= 0) return undefined
  const [low, high] = memory.interval ?? []
  return { value: memory.perClientBytes, ...(low === undefined || high === undefined ? {} : { low, high }) }
}

/** The figures by which reports are shown in the page and compared, in the units of the schema. */
export const CELL_FIGURES = {
  p50: { unit: 'ms', of: medianOf },
  p99: { unit: 'ms', of: ({ latencyMs }) => point(latencyMs?.p99) },
  requestsPerMessage: { unit: '', of: ({ requestsPerMessage }) => requestsPerMessage },
  bytesPerMessage: { unit: 'B', of: ({ bytes }) => bytes?.perMessage.application },
  wireBytesPerMessage: { unit: 'B', of: ({ bytes }) => bytes?.perMessage.wire ?? undefined },
  cpuPerDelivery: { unit: 'µs', of: ({ cpu }) => cpu?.perDeliveryUs ?? undefined },
  memoryPerClient: { unit: 'B', of: memoryOf },
} as const satisfies Record<string, { unit: FigureUnit; of: (cell: ReportCell) => Estimate | undefined }>

export type FigureUnit = 'ms' | 'µs' | 'B' | ''
export type FigureKey = keyof typeof CELL_FIGURES
