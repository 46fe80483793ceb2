/** The settings of a lesson: read from an address, written into it. */
import type { AddressSettings } from '../browser/router.ts'
import type { Unit } from './unit.ts'

/** A setting of a lesson, with its values on offer. An address may have any value in the range of a number. */
export type Parameter =
  | { kind: 'number'; name: string; values: readonly number[]; min: number; max: number; default: number; unit: Unit }
  /** Labelled by `texts.choices`, or as a transport. */
  | { kind: 'choice'; name: string; values: readonly string[]; default: string }
  /** A link with one of these profiles; without a reachable link the run uses the direct way. */
  | { kind: 'link'; name: 'link'; values: readonly string[]; default: string }

/** A value for each parameter, and the seed. */
export type Settings = Readonly<Record<string, number | string>>

export const MAX_SEED = 2 ** 32 - 1

/** The value of a parameter that is a number. */
export function numberOf(settings: Settings, name: string): number {
  const value = settings[name]
  if (typeof value !== 'number') throw new TypeError(`${name} is no number of this lesson`)
  return value
}

/** The value of a parameter that is a word. */
export function wordOf(settings: Settings, name: string): string {
  const value = settings[name]
  if (typeof value !== 'string') throw new TypeError(`${name} is no word of this lesson`)
  return value
}

/** The length of the part of a run that is measured. */
export const secondsParameter = (usual: number, min = 2, max = 50): Parameter => ({
  kind: 'number',
  name: 'seconds',
  values: [...new Set([Math.round(usual / 2), usual, Math.min(max, Math.round(usual * 1.6))])],
  min,
  max,
  default: usual,
  unit: 's',
})

/** Links whose delay is constant, as the models need. */
export const linkParameter = (usual: string): Parameter => ({
  kind: 'link',
  name: 'link',
  values: ['local', 'wifi', '4g', '3g', 'satellite'],
  default: usual,
})

export function defaultSettings(parameters: readonly Parameter[], seed: number): Settings {
  return { ...Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.default])), seed }
}

/** A setting that the address does not have, or has with a value that is not allowed, has its default. */
export function settingsFrom(parameters: readonly Parameter[], address: AddressSettings, seed: number): Settings {
  const given = address['seed'] ?? ''
  const seedIn = /^\d{1,10}$/.test(given) && Number(given) <= MAX_SEED ? Number(given) : seed
  const values = parameters.map(
    (parameter) => [parameter.name, valueOf(parameter, address[parameter.name]) ?? parameter.default] as const,
  )
  return { ...Object.fromEntries(values), seed: seedIn }
}

/** null for a value that is not allowed. */
function valueOf(parameter: Parameter, text: string | undefined): number | string | null {
  if (text === undefined) return null
  if (parameter.kind !== 'number') return parameter.values.includes(text) ? text : null
  const value = /^\d{1,9}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN
  return value >= parameter.min && value <= parameter.max ? value : null
}

/** All settings, so that a link repeats the run also when a default changes. */
export const addressOfSettings = (settings: Settings): AddressSettings =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)]))
