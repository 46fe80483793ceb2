import { capacity } from './capacity.ts'
import { deflate } from './deflate.ts'
import { ecdf } from './ecdf.ts'
import type { Figure } from './figure.ts'
import { http } from './http.ts'
import { http2 } from './http2.ts'
import { load } from './load.ts'
import { memory } from './memory.ts'
import { paired } from './paired.ts'
import { bytes, cpu, requests, wireBytes } from './per-message.ts'
import { percentiles, roundTrip } from './percentiles.ts'
import { stack } from './stack.ts'

/** In the order of the page: how late, what it costs, what it withstands. */
export const FIGURES: readonly Figure[] = [
  percentiles, paired, ecdf, roundTrip, stack, requests, bytes, wireBytes, cpu, http, load, memory, http2, deflate, capacity,
] // prettier-ignore
