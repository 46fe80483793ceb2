import { readAnswer, type Answer } from '../answers.ts'
import { dial, type Connection } from '../connection.ts'
import type { Reader, ReaderContext } from './reader.ts'

export interface Exchange extends Required<Reader> {
  ask: (request: string) => void
}

/**
 * One request after the other on one connection.
 *
 * @param opened the first request
 * @param answered what to ask next, or null to wait until it is told
 */
export function openExchange(
  context: ReaderContext,
  opened: () => string,
  answered: (answer: Answer) => string | null,
): Exchange {
  let pending = 0
  let isWanted = false
  let isOpen = true
  let revived: () => void = () => undefined
  const ask = (request: string) => {
    pending++
    connection.write(request)
  }
  // Two at once would ask for the same: the answer to the one says where the next begins.
  const poll = () => {
    isWanted = pending > 0
    if (!isWanted) ask(opened())
  }
  const open = (first: () => void): Connection =>
    dial(context.port, {
      opened: first,
      read(bytes, from, to) {
        for (let at = from; ;) {
          const answer = at < to ? readAnswer(bytes, at, to) : null
          if (!answer) return at
          pending--
          if (answer.status >= 400) context.failed(`answered ${answer.status}`)
          const next = answered(answer)
          if (next !== null) ask(next)
          else if (isWanted) poll()
          at = answer.bodyTo
        }
      },
      ended(why) {
        isOpen = false
        // Servers close what was silent for long: who waits for its turn comes again.
        if (pending > 0) context.failed(why)
        revived()
      },
    })
  let connection = open(() => ask(opened()))
  return {
    ask,
    poll,
    revive: () =>
      new Promise((resolve) => {
        revived = resolve
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
