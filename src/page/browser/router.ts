import { batch, signal } from '@preact/signals'
import { ROOM_PATTERN } from '../../protocol.ts'

/**
 * The page that the address names: a view of a room, or a guide with the rest of its path. `badRoom`: the name is not a valid room name.
 * `badPath`: it names no room, no view and no guide.
 */
export type PageAddress =
  | { room: string; view: View }
  | { guide: GuideName; path: readonly string[] }
  | { badRoom: string }
  | { badPath: string }

/** The views of a room: the tab's own chat, or the transports side by side. */
export const VIEWS = ['chat', 'compare'] as const
export type View = (typeof VIEWS)[number]

/** Pages about transports, beside the rooms: experiments, and help with a choice. */
export const GUIDES = ['experiments', 'choose', 'capacity', 'reports'] as const
export type GuideName = (typeof GUIDES)[number]

/** Settings in the address, in the order in which they are written. A setting without a value is '' and is written as its name. */
export type AddressSettings = Readonly<Partial<Record<string, string>>>

export const DEFAULT_ROOM = 'lobby'

const ROOM = new RegExp(ROOM_PATTERN)

export const isRoomName = (name: string): boolean => ROOM.test(name)
export const addressOf = (room: string, view: View = 'chat', settings: AddressSettings = {}): string =>
  `#/room/${room}${view === 'chat' ? '' : `/${view}`}${queryOf(settings)}`
export const guideAddress = (guide: GuideName, path: readonly string[] = [], settings: AddressSettings = {}): string =>
  `#/${[guide, ...path].join('/')}${queryOf(settings)}`

export const pageAddress = signal(readAddress(location.hash))
/** The settings that the address had when the page was opened or a link was followed. */
export const addressSettings = signal(readSettings(location.hash))
addEventListener('hashchange', () =>
  batch(() => {
    pageAddress.value = readAddress(location.hash)
    addressSettings.value = readSettings(location.hash)
  }),
)

/** Opens another room in the same view. */
export function goToRoom(room: string): void {
  const now = pageAddress.peek()
  location.hash = addressOf(room, 'view' in now ? now.view : 'chat')
}

/** Writes the settings in force into the address, without a new entry in the browser's history. */
export function replaceSettings(settings: AddressSettings): void {
  const at = pageAddress.peek()
  if (!('room' in at || 'guide' in at)) return
  const address = 'room' in at ? addressOf(at.room, at.view, settings) : guideAddress(at.guide, at.path, settings)
  if (location.hash !== address) history.replaceState(history.state, '', address)
}

export const hasSettings = (): boolean => location.hash.includes('?')

/** Commas and colons stay readable. */
const encoded = (value: string): string => encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%3A', ':')

function queryOf(settings: AddressSettings): string {
  const written = Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [value === '' ? name : `${name}=${encoded(value)}`],
  )
  return written.length > 0 ? `?${written.join('&')}` : ''
}

function readSettings(hash: string): AddressSettings {
  return Object.fromEntries(new URLSearchParams(hash.split('?')[1] ?? ''))
}

function readAddress(hash: string): PageAddress {
  const path = (hash.split('?')[0] ?? '').replace(/^#\/?/, '')
  const [first = '', ...rest] = path
    .split('/')
    .map(decode)
    .filter((part) => part !== '')
  if (first === '') return { room: DEFAULT_ROOM, view: 'chat' }
  const guide = GUIDES.find((name) => name === first)
  if (guide) return { guide, path: rest }
  const [room, view = 'chat', ...further] = first === 'room' ? rest : [DEFAULT_ROOM, first, ...rest]
  if (room === undefined || further.length > 0) return { badPath: path }
  if (!isRoomName(room)) return { badRoom: room }
  return view === 'chat' || view === 'compare' ? { room, view } : { badPath: path }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
