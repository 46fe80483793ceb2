/** The requests that this browser's tabs keep open at the port that the chat uses. */
import { computed, effect } from '@preact/signals'
import { TRANSPORT_TRAITS } from '../../transports.ts'
import { announceHeldRequest, heldByOtherTabs, readHeldRequests } from '../network/held-requests.ts'
import { CONNECTIONS_PER_PORT, isMultiplexed } from '../network/http-version.ts'
import { currentRoom } from './store.ts'

const READ_INTERVAL_MS = 500

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

/** The browser has no free connection for this tab's request: the request has not left the browser. */
export const waitsForConnection = computed(
  () =>
    !isMultiplexed &&
    keepsRequest.value &&
    heldRequests.value.others >= CONNECTIONS_PER_PORT &&
    currentRoom.value?.connection.status.value.name !== 'open',
)

/** Called once, when the page starts. */
export function announceRequests(): void {
  effect(() => (keepsRequest.value ? announceHeldRequest(port.value) : undefined))
  setInterval(() => void readHeldRequests(), READ_INTERVAL_MS)
}
