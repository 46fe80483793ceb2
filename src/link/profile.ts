import { checkField, type FieldRange, refusal } from './range.ts'

/**
 * What a link does to the bytes of its connections. Flat, and null means off, so that a profile is plain JSON.
 * TCP loss is not in here: it cannot be emulated above TCP, where a lost segment shows as a stall (`stallEveryMs`).
 */
export interface LinkProfile {
  /** One way, each way: half of the round trip. */
  delayMs: number
  /** Added to the delay, uniform from 0 to this, drawn for each arrival. Later bytes wait for earlier ones. */
  jitterMs: number
  /** Each way, shared by all connections of the link, application bytes only. */
  bitsPerSecond: number | null
  /** Bytes are passed on in slices of 1 to this many, cut at random places. */
  sliceBytes: number | null
  /** Between one slice and the next; 0 sends them apart but leaves the kernel free to join them. */
  sliceGapMs: number
  /** A connection ends once this many bytes went from client to server; 0 = at the first byte. */
  limitUpBytes: number | null
  /** The same from server to client. */
  limitDownBytes: number | null
  /** How it ends then: both peers see an orderly end, or a reset. */
  limitBy: 'close' | 'reset'
  /** A buffering proxy: an HTTP response is held until it is complete or this many bytes of it are there. */
  bufferBytes: number | null
  /** A connection on which nothing moved for this long is reset. */
  idleKillMs: number | null
  /** In every such period all connections are reset, and new ones too during its last `cutForMs`. */
  cutEveryMs: number | null
  cutForMs: number
  /** In every such period nothing moves during its last `stallForMs`; connections stay. */
  stallEveryMs: number | null
  stallForMs: number
}

const HOUR_MS = 3_600_000
const never = 'never'

/** The range of each number. The command's help and refusals are made from it. */
export const FIELDS: Record<Exclude<keyof LinkProfile, 'limitBy'>, FieldRange> = {
  delayMs: { min: 0, max: 60_000, unit: 'ms', fractions: true },
  jitterMs: { min: 0, max: 60_000, unit: 'ms', fractions: true },
  bitsPerSecond: { min: 1_000, max: 100e9, unit: 'bit/s', fractions: true, orNull: 'no limit' },
  sliceBytes: { min: 1, max: 65_536, unit: 'bytes', orNull: 'not sliced' },
  sliceGapMs: { min: 0, max: 1_000, unit: 'ms', fractions: true },
  limitUpBytes: { min: 0, max: 2 ** 40, unit: 'bytes', orNull: 'no limit' },
  limitDownBytes: { min: 0, max: 2 ** 40, unit: 'bytes', orNull: 'no limit' },
  bufferBytes: { min: 1, max: 2 ** 20, unit: 'bytes', orNull: 'not buffered' },
  idleKillMs: { min: 10, max: HOUR_MS, unit: 'ms', fractions: true, orNull: never },
  cutEveryMs: { min: 10, max: HOUR_MS, unit: 'ms', fractions: true, orNull: never },
  cutForMs: { min: 0, max: HOUR_MS, unit: 'ms', fractions: true },
  stallEveryMs: { min: 10, max: HOUR_MS, unit: 'ms', fractions: true, orNull: never },
  stallForMs: { min: 0, max: HOUR_MS, unit: 'ms', fractions: true },
}

/** The range of an outage by command (`cut`, `stall`). */
export const OUTAGE_MS: FieldRange = { min: 0, max: HOUR_MS, unit: 'ms', fractions: true }

const local: LinkProfile = {
  delayMs: 0,
  jitterMs: 0,
  bitsPerSecond: null,
  sliceBytes: null,
  sliceGapMs: 0,
  limitUpBytes: null,
  limitDownBytes: null,
  limitBy: 'close',
  bufferBytes: null,
  idleKillMs: null,
  cutEveryMs: null,
  cutForMs: 0,
  stallEveryMs: null,
  stallForMs: 0,
}

export const PROFILE_NAMES = ['local', 'wifi', '4g', '3g', 'satellite', 'tunnel', 'buffering', 'idle-killer'] as const
export type ProfileName = (typeof PROFILE_NAMES)[number]

/** Each delay is half of the profile's round trip. No jitter: the models have none. */
export const PROFILES: Readonly<Record<ProfileName, Readonly<LinkProfile>>> = {
  local,
  wifi: { ...local, delayMs: 10 },
  '4g': { ...local, delayMs: 30, bitsPerSecond: 10e6 },
  '3g': { ...local, delayMs: 150, bitsPerSecond: 1e6 },
  satellite: { ...local, delayMs: 300 },
  tunnel: { ...local, cutEveryMs: 15_000, cutForMs: 2_000 },
  buffering: { ...local, bufferBytes: 16_384 },
  'idle-killer': { ...local, idleKillMs: 10_000 },
}

/** Descriptions for help texts. */
export const PROFILE_NOTES: Readonly<Record<ProfileName, string>> = {
  local: 'passes everything on at once',
  wifi: 'round trip 20 ms',
  '4g': 'round trip 60 ms, 10 Mbit/s each way',
  '3g': 'round trip 300 ms, 1 Mbit/s each way',
  satellite: 'round trip 600 ms',
  tunnel: 'a cut in the last 2 s of every 15 s',
  buffering: 'a proxy that holds a response until it is complete or 16 KiB are held',
  'idle-killer': 'resets a connection that was idle for 10 s',
}

/** A named profile, or what differs from `local`. */
export type ProfileChoice = ProfileName | Partial<LinkProfile>

/** The full profile. @throws RangeError that names the field, the value and what is allowed */
export function completeProfile(choice: ProfileChoice): LinkProfile {
  if (typeof choice === 'string') {
    if (!Object.hasOwn(PROFILES, choice)) throw refusal('profile', choice, PROFILE_NAMES.join(', '))
    return PROFILES[choice]
  }
  const unknown = Object.keys(choice).find((key) => !Object.hasOwn(local, key))
  if (unknown !== undefined)
    throw new RangeError(`${unknown} is not a field of a link profile; allowed: ${fieldNames()}`)
  const profile = { ...local, ...choice }
  for (const [field, range] of Object.entries(FIELDS)) checkField(field, profile[field as keyof typeof FIELDS], range)
  if (!['close', 'reset'].includes(profile.limitBy)) throw refusal('limitBy', profile.limitBy, 'close, reset')
  checkOutage('cut', profile.cutEveryMs, profile.cutForMs)
  checkOutage('stall', profile.stallEveryMs, profile.stallForMs)
  return profile
}

function checkOutage(kind: 'cut' | 'stall', everyMs: number | null, forMs: number): void {
  if (everyMs === null && forMs > 0) throw refusal(`${kind}ForMs`, forMs, `0, or ${kind}EveryMs besides`)
  if (everyMs !== null && forMs >= everyMs) {
    throw refusal(`${kind}ForMs`, forMs, `less than ${kind}EveryMs, which is ${everyMs} ms`)
  }
}

function fieldNames(): string {
  return Object.keys(local).join(', ')
}
