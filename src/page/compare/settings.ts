import { TRANSPORT_TRAITS, type TransportName } from '../../transports.ts'
import { readItem, saveItem } from '../browser/storage.ts'

/** The settings of a tab's comparison; kept while the tab is open. */
export interface Settings {
  shown: readonly TransportName[]
  /** The link profile of each column; `local` by default. */
  profiles: Partial<Record<TransportName, string>>
  bot: { ratePerS: number; seed: number }
}

/** Messages per second of the conversation. */
export const COMPARISON_RATES: readonly number[] = [1, 2, 5, 10, 20, 50, 100]
export const MAX_SEED = 2 ** 32 - 1

export const DEFAULT_PROFILE = 'local'

const KEY = 'compare'

export function loadSettings(served: readonly TransportName[]): Settings {
  const defaults: Settings = {
    shown: served.filter((name) => TRANSPORT_TRAITS[name].isCommon),
    profiles: {},
    bot: { ratePerS: 5, seed: Math.floor(Math.random() * 10_000) },
  }
  try {
    const saved = { ...defaults, ...(JSON.parse(readItem(KEY, 'sessionStorage') ?? '{}') as Partial<Settings>) }
    return { ...saved, shown: served.filter((name) => saved.shown.includes(name)) }
  } catch {
    return defaults
  }
}

export const saveSettings = (settings: Settings): void => saveItem(KEY, JSON.stringify(settings), 'sessionStorage')
