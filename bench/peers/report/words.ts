import { figure, fixed, interval } from '../../report/format.ts'
import type { Kind } from '../kinds.ts'
import type { PeerCell, PeerCost } from './schema.ts'

export const KIND_TITLES: Record<Kind, string> = {
  websocket: 'WebSocket',
  sse: 'Server-Sent Events',
  'http-stream': 'HTTP stream',
  'long-poll': 'Long poll',
  'short-poll': 'Short poll',
}

export const NOT_MEASURED = '–'
export const VOID = 'void'

export const costAt = ({ costs }: PeerCell, inFlight: number): PeerCost | undefined =>
  costs.find((cost) => cost.inFlight === inFlight)

/** µs per delivery. */
export function costWords(cell: PeerCell, inFlight: number): string {
  const cost = costAt(cell, inFlight)
  if (cell.validity.isVoid) return VOID
  return cost ? figure(cost.perDeliveryUs.value) : NOT_MEASURED
}

/** 1.52 × (1.47 to 1.58) */
export function ratioWords(cell: PeerCell, inFlight: number): string {
  const ratio = costAt(cell, inFlight)?.ratio
  if (cell.isControl) return '1'
  if (!ratio || cell.validity.isVoid) return NOT_MEASURED
  const { value, low, high } = ratio
  if (low === undefined || high === undefined) return figure(value)
  const around = interval(low, high)
  return `${fixed(value, around.decimals)} (${around.low} to ${around.high})`
}

export const residentWords = ({ memory }: PeerCell): string =>
  memory ? fixed(memory.idleBytes / 2 ** 20, 0) : NOT_MEASURED

export const connectionWords = ({ memory }: PeerCell): string =>
  memory ? figure(memory.perConnectionBytes / 1024) : NOT_MEASURED

export const latencyWords = ({ latencyMs, validity }: PeerCell, which: 'p50' | 'p99'): string =>
  latencyMs && !validity.isVoid ? figure(latencyMs[which]) : NOT_MEASURED

export const busyWords = ({ costs }: PeerCell): string =>
  costs.length === 0
    ? NOT_MEASURED
    : `${fixed(Math.max(...costs.map(({ generatorBusy }) => generatorBusy)) * 100, 0)} %`

/** Marks a cell that is not valid. */
export const doubt = ({ validity }: PeerCell): string => (validity.valid ? '' : ' ◇')
