import { signal } from '@preact/signals'
import { ROOM_PATTERN } from '../protocol.ts'

/** What the address asks for. `badRoom`: it names a room that cannot be. */
export type Route = { room: string } | { badRoom: string }

export const DEFAULT_ROOM = 'lobby'

const ROOM = new RegExp(ROOM_PATTERN)

export const isRoomName = (name: string): boolean => ROOM.test(name)
export const addressOf = (room: string): string => `#/room/${room}`

export const route = signal(readRoute(location.hash))
addEventListener('hashchange', () => (route.value = readRoute(location.hash)))

export function go(room: string): void {
  location.hash = addressOf(room)
}

function readRoute(hash: string): Route {
  const path = hash.replace(/^#\/?/, '')
  if (path === '') return { room: DEFAULT_ROOM }
  const room = decode(path.replace(/^room\//, ''))
  return path.startsWith('room/') && isRoomName(room) ? { room } : { badRoom: room }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
