import { computed, effect, signal, untracked } from '@preact/signals'
import { DEFAULT_KNOBS, type Knobs } from '../../client/transports/transport.ts'
import { Chatter } from '../room/background-bot.ts'
import { language, texts } from '../i18n/i18n.ts'
import { DIRECT, linkOf, links, readAbout, served } from '../network/links.ts'
import { net } from '../network/net.ts'
import { route } from '../browser/router.ts'
import { RoomController } from '../room/room-controller.ts'
import { recall, remember } from '../browser/storage.ts'

const TICK_MS = 500

/** The room that the address names; null when it names none. */
const room = computed(() => ('room' in route.value ? route.value.room : null))
/** The network that this tab's line is put behind, where the server has one with this profile. */
const profile = signal(recall('profile', 'sessionStorage') ?? DIRECT)
/** Where this tab is. */
export const stay = signal<RoomController | null>(null)

/** Who talks where this tab is. */
export const chatter = signal<Chatter | null>(null)

/** Changing the address leaves one room and enters the other. */
effect(() => {
  const wanted = room.value
  untracked(() => {
    stay.value?.leave()
    chatter.value?.set(0)
    const lines = () => texts.peek().compare.bot.lines
    chatter.value = wanted === null ? null : new Chatter({ net, room: wanted, lines })
    stay.value =
      wanted === null
        ? null
        : new RoomController({ net, room: wanted, knobs: loadKnobs(), language: () => language.value })
  })
})

/** A server that was started anew has other links. */
effect(() => {
  if (stay.value?.gauges.line.value === 'open') void readAbout()
})
effect(() => {
  const at = stay.value
  const link = profile.value === DIRECT ? null : linkOf(links.value, profile.value, 0)
  untracked(() => at?.reach(link))
})
/** What was chosen once may not be served here any more. */
effect(() => {
  const at = stay.value
  const [first] = served.value
  if (at && first && !served.value.includes(at.transport.value)) untracked(() => at.use(first))
})

setInterval(() => stay.peek()?.gauges.tick(), TICK_MS)
addEventListener('pagehide', () => {
  chatter.peek()?.set(0)
  stay.peek()?.hide()
})
// Brought back from the browser's memory, its lines are cut and it may have left: begin anew, with what was kept.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) location.reload()
})

export function setKnobs(of: RoomController, knobs: Partial<Knobs>): void {
  of.set(knobs)
  remember('knobs', JSON.stringify(of.knobs.peek()), 'sessionStorage')
}

/** Puts the line behind a network; it stays there when the page is loaded anew. */
export function setProfile(wanted: string): void {
  profile.value = wanted
  remember('profile', wanted, 'sessionStorage')
}

function loadKnobs(): Knobs {
  try {
    return { ...DEFAULT_KNOBS, ...(JSON.parse(recall('knobs', 'sessionStorage') ?? '{}') as Partial<Knobs>) }
  } catch {
    return DEFAULT_KNOBS
  }
}
