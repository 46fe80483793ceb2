import type { Prices } from '../../models/capacity-bill.ts'
import type { Needs } from '../../models/choice.ts'
import type { AddressSettings } from '../browser/router.ts'
import { CAPACITY_FIELDS } from '../capacity/capacity-settings.ts'
import type { FieldValues, NumberField } from '../capacity/number-fields.ts'

/** The numbers of `#/choose`, with the names that they have in its address. */
export const CHOICE_FIELDS = {
  users: { ...CAPACITY_FIELDS.users },
  rate: { ...CAPACITY_FIELDS.rate },
  send: { default: 0, min: 0, max: 100, unit: '/s', fractions: true },
  latency: { default: 1000, min: 1, max: 600_000, unit: 'ms' },
  rtt: { ...CAPACITY_FIELDS.rtt },
  tabs: { default: 1, min: 1, max: 100, unit: '' },
  headers: { ...CAPACITY_FIELDS.headers },
  text: { ...CAPACITY_FIELDS.text },
} as const satisfies Record<string, NumberField>

export type ChoiceField = keyof typeof CHOICE_FIELDS
export type ChoiceValues = FieldValues<typeof CHOICE_FIELDS>

/** Answers by yes or no; in the address a name without a value. */
export const SWITCHES = ['http2', 'buffering', 'noupgrade', 'battery'] as const
export type Switch = (typeof SWITCHES)[number]
export type Switches = Readonly<Record<Switch, boolean>>

export const switchesFrom = (settings: AddressSettings): Switches =>
  Object.fromEntries(SWITCHES.map((name) => [name, settings[name] !== undefined])) as Switches

export const switchSettings = (switches: Switches): AddressSettings =>
  Object.fromEntries(SWITCHES.filter((name) => switches[name]).map((name) => [name, '']))

export const needsOf = (values: ChoiceValues, switches: Switches): Needs => ({
  users: values.users,
  ratePerS: values.rate,
  sendPerS: values.send,
  latencyMs: values.latency,
  rttMs: values.rtt,
  tabs: values.tabs,
  http: switches.http2 ? 2 : 1,
  hasBufferingProxy: switches.buffering,
  hasUpgradeBlock: switches.noupgrade,
  isOnBattery: switches.battery,
  // Browsers speak HTTP/2 by TLS only.
  traffic: { payloadBytes: values.text, headerBytes: values.headers, hasTls: switches.http2 },
})

/** Those that `#/capacity` has by default. */
export const DEFAULT_PRICES: Prices = {
  machine: CAPACITY_FIELDS.machine.default,
  coresPerMachine: CAPACITY_FIELDS.cores.default,
  gigabytesPerMachine: CAPACITY_FIELDS.memory.default,
  gigabyte: CAPACITY_FIELDS.traffic.default,
}
