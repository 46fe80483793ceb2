import type { CapacityRequest } from '../../models/capacity.ts'
import type { Prices } from '../../models/capacity-bill.ts'
import { isTransport, type TransportName } from '../../transports.ts'
import type { AddressSettings } from '../browser/router.ts'
import { COMPARED } from './coefficients-choice.ts'
import type { FieldValues, NumberField } from './number-fields.ts'

/** The numbers of `#/capacity`, with the names that they have in its address. */
export const CAPACITY_FIELDS = {
  users: { default: 1000, min: 1, max: 10_000_000, unit: '' },
  rate: { default: 1, min: 0.001, max: 1000, unit: '/s', fractions: true },
  interval: { default: 1000, min: 20, max: 600_000, unit: 'ms' },
  hold: { default: 25_000, min: 100, max: 600_000, unit: 'ms' },
  rtt: { default: 40, min: 0, max: 10_000, unit: 'ms' },
  headers: { default: 563, min: 100, max: 16_384, unit: 'B' },
  text: { default: 100, min: 0, max: 65_536, unit: 'B' },
  load: { default: 60, min: 5, max: 100, unit: '%' },
  machine: { default: 40, min: 0, max: 100_000, unit: '$', fractions: true },
  cores: { default: 1, min: 1, max: 256, unit: '' },
  memory: { default: 4, min: 0.25, max: 4096, unit: 'GB', fractions: true },
  traffic: { default: 0.05, min: 0, max: 100, unit: '$', fractions: true },
} as const satisfies Record<string, NumberField>

export type CapacityField = keyof typeof CAPACITY_FIELDS
export type CapacityValues = FieldValues<typeof CAPACITY_FIELDS>

export const requestOf = (values: CapacityValues, transport: TransportName, hasTls: boolean): CapacityRequest => ({
  transport,
  clients: values.users,
  ratePerS: values.rate,
  intervalMs: values.interval,
  holdMs: values.hold,
  rttMs: values.rtt,
  headerBytes: values.headers,
  payloadBytes: values.text,
  hasTls,
  targetUtilisation: values.load / 100,
})

export const pricesOf = ({ machine, cores, memory, traffic }: CapacityValues): Prices => ({
  machine,
  coresPerMachine: cores,
  gigabytesPerMachine: memory,
  gigabyte: traffic,
})

/** The transport of an address, by default the one whose costs most people want to know. */
export function transportFrom({ t = '' }: AddressSettings): TransportName {
  return isTransport(t) && COMPARED.includes(t) ? t : 'websocket'
}

/**
 * The table of Lubbers and Greco, “HTML5 WebSocket: A Quantum Leap”: each client polls once a second for one message a second, and
 * a poll has 871 bytes of headers. Mbit/s of headers in units of 2²⁰ bit, as published.
 */
export const PAPER = {
  headers: 871,
  rows: [
    { users: 1000, poll: 6.6, websocket: 0.015 },
    { users: 10_000, poll: 66, websocket: 0.153 },
    { users: 100_000, poll: 665, websocket: 1.526 },
  ],
} as const
