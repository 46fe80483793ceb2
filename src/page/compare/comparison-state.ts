import { computed, effect, signal, untracked } from '@preact/signals'
import { language, texts } from '../i18n/i18n.ts'
import { links, linksLoaded, needLinks, servedTransports } from '../network/links.ts'
import { net } from '../network/net.ts'
import { pageAddress } from '../browser/router.ts'
import { currentRoom } from '../state/store.ts'
import { Comparison } from './comparison.ts'
import { loadSettings } from './settings.ts'

const TICK_MS = 500

/** The room of the comparison; null in other views. */
const room = computed(() =>
  'room' in pageAddress.value && pageAddress.value.view === 'compare' ? pageAddress.value.room : null,
)

/** The comparison of this tab. */
export const comparison = signal<Comparison | null>(null)

/** Links are read first: a column that began without its link would begin with other conditions than its neighbours. */
async function begin(wanted: string): Promise<void> {
  needLinks()
  await linksLoaded
  const tuning = currentRoom.peek()?.tuning.peek()
  if (room.peek() !== wanted || comparison.peek() || !tuning) return
  comparison.value = new Comparison({
    net,
    room: wanted,
    tuning,
    links,
    settings: loadSettings(servedTransports.peek()),
    language: () => language.peek(),
    phrases: () => texts.peek().compare.bot.phrases,
  })
}

function end(): void {
  comparison.peek()?.leave()
  comparison.value = null
}

effect(() => {
  const wanted = room.value
  untracked(() => {
    end()
    if (wanted !== null) void begin(wanted)
  })
})
effect(() => {
  const tuning = currentRoom.value?.tuning.value
  if (tuning) comparison.peek()?.tune(tuning)
})
links.subscribe(() => comparison.peek()?.linksChanged())

setInterval(() => comparison.peek()?.tick(), TICK_MS)
addEventListener('pagehide', end)
addEventListener('online', () => comparison.peek()?.reconnect())
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) comparison.peek()?.wake()
})
