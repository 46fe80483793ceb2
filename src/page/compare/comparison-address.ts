/** The settings of a comparison in its address, so that a link opens the same comparison, and can run it. */
import { effect, signal, untracked } from '@preact/signals'
import { TRANSPORTS } from '../../protocol.ts'
import { addressSettings, hasSettings, replaceSettings, type AddressSettings } from '../browser/router.ts'
import { servedTransports } from '../network/links.ts'
import type { Comparison } from './comparison.ts'
import { PADDING_BYTES } from '../network/padding.ts'
import { BOT_TEXT_BYTES } from '../room/bot-text.ts'
import { comparison } from './comparison-state.ts'
import { COMPARISON_RATES, DEFAULT_PROFILE, MAX_SEED, type Settings } from './settings.ts'

const PROFILE = /^[a-z0-9-]{1,32}$/

/** `link=3g` for all columns, or `link=sse:tunnel,websocket:3g`. */
function profilesIn(text: string): Settings['profiles'] {
  const entries = text.split(',').flatMap((part) => {
    const [first = '', second] = part.split(':')
    const profile = second ?? first
    const affected = second === undefined ? TRANSPORTS : TRANSPORTS.filter((transport) => transport === first)
    return PROFILE.test(profile) ? affected.map((transport) => [transport, profile] as const) : []
  })
  return Object.fromEntries(entries)
}

/** A setting that the address does not have, or has with a value that is not offered, stays as it is. */
function apply(of: Comparison, { columns, link, rate, seed, size, padding }: AddressSettings): void {
  if (columns !== undefined) {
    const wanted = columns.split(',')
    for (const name of servedTransports.peek()) of.show(name, wanted.includes(name))
  }
  if (link !== undefined) {
    for (const [name, profile] of Object.entries(profilesIn(link))) {
      const transport = TRANSPORTS.find((known) => known === name)
      if (transport) of.setProfile(transport, profile)
    }
  }
  const ratePerS = COMPARISON_RATES.find((allowed) => String(allowed) === rate)
  const seedNumber =
    seed !== undefined && /^\d{1,10}$/.test(seed) && Number(seed) <= MAX_SEED ? Number(seed) : undefined
  const paddingBytes = PADDING_BYTES.find((allowed) => String(allowed) === padding)
  if (paddingBytes !== undefined) of.pad(paddingBytes)
  const textBytes = BOT_TEXT_BYTES.find((allowed) => String(allowed) === size)
  of.setBot({
    ...(ratePerS === undefined ? {} : { ratePerS }),
    ...(seedNumber === undefined ? {} : { seed: seedNumber }),
    ...(textBytes === undefined ? {} : { textBytes }),
  })
}

function settingsOf({ settings }: Comparison): AddressSettings {
  const { shown, profiles, bot, paddingBytes } = settings.value
  const profileOf = (name: (typeof shown)[number]) => profiles[name] ?? DEFAULT_PROFILE
  const different = new Set(shown.map(profileOf))
  const [only] = different
  return {
    columns: shown.join(','),
    ...(only === undefined
      ? {}
      : { link: different.size === 1 ? only : shown.map((name) => `${name}:${profileOf(name)}`).join(',') }),
    rate: String(bot.ratePerS),
    seed: String(bot.seed),
    ...(bot.textBytes === null ? {} : { size: String(bot.textBytes) }),
    ...(paddingBytes === 0 ? {} : { padding: String(paddingBytes) }),
  }
}

/** The address asks for a run, which has not started yet. */
const isRunWanted = signal(false)

/** The settings with which the comparison was opened: until they change, an address without settings stays so. */
let first: { of: Comparison; settings: string } | null = null

/** Called once, when the page starts. */
export function connectComparisonToAddress(): void {
  effect(() => {
    const given = addressSettings.value
    const of = comparison.value
    if (!of) return
    untracked(() => {
      apply(of, given)
      isRunWanted.value = given['run'] !== undefined
    })
  })
  // The conversation starts once every column is open.
  effect(() => {
    const of = comparison.value
    if (!of || !isRunWanted.value) return
    const columns = of.columns.value
    if (columns.length === 0 || !columns.every(({ state }) => state.value.name === 'open')) return
    untracked(() => {
      isRunWanted.value = false
      void of.run()
    })
  })
  effect(() => {
    const of = comparison.value
    if (!of) return
    const settings = settingsOf(of)
    const text = JSON.stringify(settings)
    if (first?.of !== of) first = { of, settings: text }
    // A reload repeats a run that the address asked for.
    const run = addressSettings.value['run'] === undefined ? {} : { run: '' }
    if (first.settings !== text || hasSettings()) replaceSettings({ ...settings, ...run })
  })
}
