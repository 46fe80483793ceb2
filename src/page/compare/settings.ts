import { TRANSPORT_TRAITS, type TransportName } from '../../transports.ts'
import { readItem, saveItem } from '../browser/storage.ts'

/** The settings of a tab's comparison; kept while the tab is open. */
export interface Settings {
  shown: readonly TransportName[]
  /** The link profile of each column; `local` by default. */
  profiles: Partial<Record<TransportName, string>>
  /** `textBytes`: the size of its texts; null for phrases. */
  bot: { ratePerS: number; seed: number; textBytes: number | null }
  /** Bytes of a header that each request has in addition. */
  paddingBytes: number
}

/** Messages per second of the conversation. */
export const COMPARISON_RATES: readonly number[] = [1, 2, 5, 10, 20, 50, 100]
export const MAX_SEED = 2 ** 32 - 1

export const DEFAULT_PROFILE = 'local'

const KEY = 'compare'

export function loadSettings(served: readonly TransportName[]): Settings {
  const defaults = {
    shown: served.filter((name) => TRANSPORT_TRAITS[name].isCommon),
    profiles: {},
    bot: { ratePerS: 5, seed: Math.floor(Math.random() * 10_000), textBytes: null },
    paddingBytes: 0,
  } satisfies Settings
  try {
    const saved = JSON.parse(readItem(KEY, 'sessionStorage') ?? '{}') as Partial<Settings>
    const { shown = defaults.shown } = saved
    return {
      ...defaults,
      ...saved,
      bot: { ...defaults.bot, ...saved.bot },
      shown: served.filter((name) => shown.includes(name)),
    }
  } catch {
    return defaults
  }
}

export const saveSettings = (settings: Settings): void => saveItem(KEY, JSON.stringify(settings), 'sessionStorage')
