import { readResponse, type Http1Response } from '../../../load/http1-reader.ts'
import { dial, type Connection } from '../connection.ts'
import type { Reader, ReaderContext } from './reader.ts'

export interface Exchange extends Required<Reader> {
  ask: (request: string) => void
}

/**
 * Sends one request after another on one connection.
 *
 * @param opened the first request
 * @param answered the next request, or null to wait for `poll`
 */
export function openExchange(
  context: ReaderContext,
  opened: () => string,
  answered: (response: Http1Response) => string | null,
): Exchange {
  let pending = 0
  let isWanted = false
  let isOpen = true
  let reconnected: () => void = () => undefined
  const ask = (request: string) => {
    pending++
    connection.write(request)
  }
  // Two polls in flight would send the same cursor and receive the same messages.
  const poll = () => {
    isWanted = pending > 0
    if (!isWanted) ask(opened())
  }
  const open = (first: () => void): Connection =>
    dial(context.port, {
      opened: first,
      read(bytes, from, to) {
        for (let at = from; ;) {
          const response = at < to ? readResponse(bytes, at, to) : null
          if (!response) return at
          pending--
          if (response.status >= 400) context.failed(`answered ${response.status}`)
          const next = answered(response)
          if (next !== null) ask(next)
          else if (isWanted) poll()
          at = response.bodyTo
        }
      },
      ended(why) {
        isOpen = false
        // Servers close idle connections. `reconnect` opens a new one before the next slice.
        if (pending > 0) context.failed(why)
        reconnected()
      },
    })
  let connection = open(() => ask(opened()))
  return {
    ask,
    poll,
    reconnect: () =>
      new Promise((resolve) => {
        reconnected = resolve
        if (isOpen) {
          resolve()
          return
        }
        isOpen = true
        connection = open(resolve)
      }),
    close: () => connection.close(),
  }
}
