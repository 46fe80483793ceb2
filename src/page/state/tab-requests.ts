/** The requests that this browser's tabs keep open at the port that the chat uses. */
import { computed, effect, signal } from '@preact/signals'
import { TRANSPORT_TRAITS } from '../../transports.ts'
import { now } from '../measure/clock.ts'
import { announceHeldRequest, heldByOtherTabs, readHeldRequests } from '../network/held-requests.ts'
import { CONNECTIONS_PER_PORT, isMultiplexed } from '../network/http-version.ts'
import { currentRoom } from './store.ts'

const READ_INTERVAL_MS = 500
/** The server's record of a request comes within this time on every link, unless the request has not left the browser. */
const RECORD_WITHIN_MS = 2500

const port = computed(() => String(currentRoom.value?.link.value?.port ?? location.port))

/** Whether the chat keeps a request open, or tries to. */
const keepsRequest = computed(() => {
  const room = currentRoom.value
  if (!room || room.connection.status.value.name === 'ended') return false
  const { carrier, mode } = TRANSPORT_TRAITS[room.transport.value]
  return carrier === 'HTTP' && mode !== 'interval'
})

/** Requests to the chat's port that are kept open. */
export const heldRequests = computed(() => ({
  own: keepsRequest.value ? 1 : 0,
  others: heldByOtherTabs.value.get(port.value) ?? 0,
}))

/** A request of this tab is not answered, and the server does not know of it. */
const hasUnsentRequest = signal(false)

/** The browser has no free connection for this tab's request: the request has not left the browser. */
export const waitsForConnection = computed(
  () =>
    !isMultiplexed &&
    keepsRequest.value &&
    heldRequests.value.others >= CONNECTIONS_PER_PORT &&
    (hasUnsentRequest.value || currentRoom.value?.connection.status.value.name !== 'open'),
)

function readUnsentRequests(): void {
  const items = currentRoom.peek()?.wire.items ?? []
  const before = now() - RECORD_WITHIN_MS
  hasUnsentRequest.value = items.some(
    (item) =>
      item.type === 'request' &&
      item.record === null &&
      item.observation !== null &&
      item.observation.answeredAt === null &&
      item.observation.endedAt === null &&
      !item.observation.isBroken &&
      item.begunAt < before,
  )
}

/** Called once, when the page starts. */
export function announceRequests(): void {
  effect(() => (keepsRequest.value ? announceHeldRequest(port.value) : undefined))
  setInterval(() => {
    void readHeldRequests()
    if (heldRequests.peek().others >= CONNECTIONS_PER_PORT) readUnsentRequests()
  }, READ_INTERVAL_MS)
}
