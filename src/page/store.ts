import { computed, effect, signal, untracked } from '@preact/signals'
import { DEFAULT_KNOBS, type Knobs, type Net } from '../client/transport.ts'
import { language } from './i18n.ts'
import { route } from './router.ts'
import { Stay } from './stay.ts'
import { loadScript } from './script.ts'
import { recall, remember } from './storage.ts'

const net: Net = {
  base: location.origin,
  // Called as a property it would lose the window that it insists on.
  fetch: (...args) => fetch(...args),
  WebSocket,
  loadScript,
}

const TICK_MS = 500

/** The room that the address names; null when it names none. */
const room = computed(() => ('room' in route.value ? route.value.room : null))
/** Where this tab is. */
export const stay = signal<Stay | null>(null)

/** Changing the address leaves one room and enters the other. */
effect(() => {
  const wanted = room.value
  untracked(() => {
    stay.value?.leave()
    stay.value =
      wanted === null ? null : new Stay({ net, room: wanted, knobs: loadKnobs(), language: () => language.value })
  })
})

setInterval(() => stay.peek()?.gauges.tick(), TICK_MS)
addEventListener('pagehide', () => stay.peek()?.hide())
// Brought back from the browser's memory, its lines are cut and it may have left: begin anew, with what was kept.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})

export function setKnobs(of: Stay, knobs: Partial<Knobs>): void {
  of.set(knobs)
  remember('knobs', JSON.stringify(of.knobs.peek()), 'sessionStorage')
}

function loadKnobs(): Knobs {
  try {
    return { ...DEFAULT_KNOBS, ...(JSON.parse(recall('knobs', 'sessionStorage') ?? '{}') as Partial<Knobs>) }
  } catch {
    return DEFAULT_KNOBS
  }
}
