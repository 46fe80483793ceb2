import { IN_FLIGHT } from '../kinds.ts'
import type { PeerCell, PeersReport } from './schema.ts'
import { busyWords, connectionWords, costWords, doubt, latencyWords, ratioWords, residentWords } from './words.ts'

export interface Table {
  head: string[]
  rows: string[][]
}

/** The table of one kind, for terminal and page. */
export function kindTable(cells: readonly PeerCell[], { parameters: { rate } }: PeersReport): Table {
  return {
    head: [
      '',
      ...IN_FLIGHT.flatMap((inFlight) => [`µs, c = ${inFlight}`, '÷ control (95 %)']),
      'RSS, MiB',
      'KiB/connection',
      ...(rate > 0 ? [`p50 at ${rate}/s, ms`, 'p99'] : []),
      'generator busy',
    ],
    rows: cells.map((cell) => [
      cell.peer + doubt(cell),
      ...IN_FLIGHT.flatMap((inFlight) => [costWords(cell, inFlight), ratioWords(cell, inFlight)]),
      residentWords(cell),
      connectionWords(cell),
      ...(rate > 0 ? [latencyWords(cell, 'p50'), latencyWords(cell, 'p99')] : []),
      busyWords(cell),
    ]),
  }
}

/** One sentence for each cell that is not valid. */
export const doubtsIn = (cells: readonly PeerCell[]): string[] =>
  cells.filter(({ validity }) => !validity.valid).map(({ peer, validity }) => `${peer}: ${validity.reasons.join('; ')}`)

export const LEGEND =
  'µs: CPU time of the server per delivery with c messages in flight. ÷ control: cost ÷ cost of the bare server in the same cycle; ' +
  'below 1 is cheaper. ◇: not valid, for the reason below the table.'
