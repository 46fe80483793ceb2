import { computed } from '@preact/signals'
import type { AboutLink } from '../../protocol.ts'
import { isMultiplexed } from '../network/http-version.ts'
import { linkOf, links, profilesOf, servedTransports } from '../network/links.ts'
import type { Settings } from './parameters.ts'
import { conditionsWithout, type Conditions, type Place } from './run-context.ts'

/** What this page can use now. */
export const place = computed<Place>(() => ({
  profiles: profilesOf(links.value),
  transports: servedTransports.value,
  isMultiplexed,
}))

/** The conditions of a run with these settings, as far as they are known before it. */
export function conditionsBefore(settings: Settings, all: readonly AboutLink[]): Conditions {
  const profile = settings['link']
  const link = typeof profile === 'string' ? linkOf(all, profile, 0) : null
  if (!link) return conditionsWithout(null)
  return { profile: link.profile, rttMs: link.rttMs, bitsPerSecond: link.bitsPerSecond, directMs: 0 }
}
