import { computed, effect, signal, untracked } from '@preact/signals'
import { DEFAULT_TUNING, type TransportTuning } from '../../client/transports/transport.ts'
import { BackgroundBot } from '../room/background-bot.ts'
import { language, texts } from '../i18n/i18n.ts'
import { DIRECT, linkOf, links, needLinks, readAbout, servedTransports } from '../network/links.ts'
import { net } from '../network/net.ts'
import { pageAddress } from '../browser/router.ts'
import { RoomController } from '../room/room-controller.ts'
import { readItem, saveItem } from '../browser/storage.ts'

const TICK_MS = 500

/** The room that the address names; null when it names none. */
const room = computed(() => ('room' in pageAddress.value ? pageAddress.value.room : null))
/** The first look at the wire is at a link whose delay is visible: without delay a question and its answer are one line. */
const FIRST_PROFILE = '3g'
/** The link profile of this tab's connection, used where the server has a link with this profile. */
const profile = signal(readItem('profile', 'sessionStorage') ?? FIRST_PROFILE)
/** The link profile that is chosen. */
export const chosenProfile = computed(() => profile.value)
if (profile.peek() !== DIRECT) needLinks(true)
/** The room of this tab. */
export const currentRoom = signal<RoomController | null>(null)

/** The bot in this tab's room. */
export const backgroundBot = signal<BackgroundBot | null>(null)

/** A change of the address leaves one room and enters the other. */
effect(() => {
  const wanted = room.value
  untracked(() => {
    currentRoom.value?.leave()
    backgroundBot.value?.setRate(0)
    const phrases = () => texts.peek().compare.bot.phrases
    backgroundBot.value = wanted === null ? null : new BackgroundBot({ net, room: wanted, phrases })
    currentRoom.value =
      wanted === null
        ? null
        : new RoomController({ net, room: wanted, tuning: loadTuning(), language: () => language.value })
  })
})

/** A restarted server has other links. */
effect(() => {
  if (currentRoom.value?.meter.socketState.value === 'open') void readAbout()
})
effect(() => {
  const at = currentRoom.value
  const link = profile.value === DIRECT ? null : linkOf(links.value, profile.value, 0)
  untracked(() => at?.connectOver(link))
})
/** The transport chosen earlier may not be served here any more. */
effect(() => {
  const at = currentRoom.value
  const [first] = servedTransports.value
  if (at && first && !servedTransports.value.includes(at.transport.value)) untracked(() => at.use(first))
})

setInterval(() => currentRoom.peek()?.meter.tick(), TICK_MS)
addEventListener('pagehide', () => {
  backgroundBot.peek()?.setRate(0)
  currentRoom.peek()?.leaveUnlessReloaded()
})
addEventListener('online', () => currentRoom.peek()?.reconnect())
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) currentRoom.peek()?.wake()
})
// A page restored from the back/forward cache has lost its connections, and its member may have left: load it again.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})

export function setTuning(of: RoomController, tuning: Partial<TransportTuning>): void {
  of.tune(tuning)
  saveItem('tuning', JSON.stringify(of.tuning.peek()), 'sessionStorage')
}

/** Puts the connection behind a link with this profile; a reload keeps the choice. */
export function setProfile(wanted: string): void {
  profile.value = wanted
  saveItem('profile', wanted, 'sessionStorage')
}

function loadTuning(): TransportTuning {
  try {
    return {
      ...DEFAULT_TUNING,
      ...(JSON.parse(readItem('tuning', 'sessionStorage') ?? '{}') as Partial<TransportTuning>),
    }
  } catch {
    return DEFAULT_TUNING
  }
}
