import { signal } from '@preact/signals'
import { ROOM_PATTERN } from '../../protocol.ts'

/** The page that the address names. `badRoom`: the name is not a valid room name. */
export type PageAddress = { room: string; view: View } | { badRoom: string }

/** The views of a room: the tab's own chat, or the transports side by side. */
export const VIEWS = ['chat', 'compare'] as const
export type View = (typeof VIEWS)[number]

export const DEFAULT_ROOM = 'lobby'

const ROOM = new RegExp(ROOM_PATTERN)

export const isRoomName = (name: string): boolean => ROOM.test(name)
export const addressOf = (room: string, view: View = 'chat'): string =>
  `#/room/${room}${view === 'chat' ? '' : `/${view}`}`

export const pageAddress = signal(readAddress(location.hash))
addEventListener('hashchange', () => (pageAddress.value = readAddress(location.hash)))

/** Opens another room in the same view. */
export function goToRoom(room: string): void {
  const now = pageAddress.peek()
  location.hash = addressOf(room, 'view' in now ? now.view : 'chat')
}

function readAddress(hash: string): PageAddress {
  const path = hash.replace(/^#\/?/, '')
  if (path === '') return { room: DEFAULT_ROOM, view: 'chat' }
  if (path === 'compare') return { room: DEFAULT_ROOM, view: 'compare' }
  const [, name, compare] = /^room\/([^/]*)(\/compare)?$/.exec(path) ?? []
  const room = decode(name ?? path.replace(/^room\//, ''))
  return name !== undefined && isRoomName(room) ? { room, view: compare ? 'compare' : 'chat' } : { badRoom: room }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
