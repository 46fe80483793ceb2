import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * The answer that a connection of HTTP/1.1 is writing, or writes next; null if every request is answered. Node keeps this in a
 * property of the socket that is not public, and is the same in Node 18 to 24.
 */
export const currentAnswer = (socket: Socket): ServerResponse | null =>
  (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? null
