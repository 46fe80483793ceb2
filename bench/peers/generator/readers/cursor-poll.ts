import { bodyOf, type Answer } from '../answers.ts'
import { scan } from '../marker.ts'
import { getRequest } from '../requests.ts'
import { openExchange } from './exchange.ts'
import type { OpenReader, Reader, ReaderContext } from './reader.ts'

const BATCH = '{"cursor":"'
const ID = '"id":'

/** A cursor in the address and one in the answer; asks again at once, and waits at the server. */
export const longPoll: OpenReader = (context) => {
  const poll = openCursorPoll(context, true)
  // It waits without an answer, and misses nothing that comes after its cursor.
  context.ready()
  return { close: poll.close }
}

/** The same, answered at once: asks when it is told, and goes on while that brings something it lacks. */
export const shortPoll: OpenReader = (context) => openCursorPoll(context, false)

function openCursorPoll(context: ReaderContext, isHeld: boolean): Reader {
  let { cursor } = context
  const request = () => getRequest(context.path.replace('$C', cursor), context.headers)
  return openExchange(context, request, (answer) => {
    const isNews = scan(answer.bytes, answer.bodyFrom, answer.bodyTo, context.received) > answer.bodyFrom
    cursor = cursorIn(answer) ?? cursor
    context.ready()
    return isHeld || (isNews && context.isBehind()) ? request() : null
  })
}

/** Ours is the first field; of the bare servers' arrays the last id. */
function cursorIn(answer: Answer): string | null {
  const { bytes, bodyFrom, bodyTo } = answer
  if (bodyTo - bodyFrom < BATCH.length) return null
  const begin = bytes.toString('latin1', bodyFrom, Math.min(bodyTo, bodyFrom + 128))
  if (begin.startsWith(BATCH)) return begin.slice(BATCH.length, begin.indexOf('"', BATCH.length))
  const body = bodyOf(answer)
  const last = body.lastIndexOf(ID)
  return last < 0 ? null : String(Number.parseInt(body.slice(last + ID.length)))
}
