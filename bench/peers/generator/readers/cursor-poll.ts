import { bodyOf, type Http1Response } from '../../../load/http1-reader.ts'
import { scan } from '../marker.ts'
import { getRequest } from '../requests.ts'
import { openExchange } from './exchange.ts'
import type { OpenReader, Reader, ReaderContext } from './reader.ts'

const BATCH = '{"cursor":"'
const ID = '"id":'

/** Sends the cursor of the last response, and polls again at once. The server holds the request until there is news. */
export const longPoll: OpenReader = (context) => {
  const poll = openCursorPoll(context, true)
  // The first poll has no response yet, but its cursor is fixed: no later message can be missed.
  context.ready()
  return { close: poll.close }
}

/** Polls on request, and again while a response brings news and more is missing. */
export const shortPoll: OpenReader = (context) => openCursorPoll(context, false)

function openCursorPoll(context: ReaderContext, isHeld: boolean): Reader {
  let { cursor } = context
  const request = () => getRequest(context.path.replace('$C', cursor), context.headers)
  return openExchange(context, request, (response) => {
    const isNews = scan(response.bytes, response.bodyFrom, response.bodyTo, context.received) > response.bodyFrom
    cursor = cursorIn(response) ?? cursor
    context.ready()
    return isHeld || (isNews && context.isBehind()) ? request() : null
  })
}

/** In this project's batches the cursor is the first field. In the arrays of the bare servers it is the last id. */
function cursorIn(response: Http1Response): string | null {
  const { bytes, bodyFrom, bodyTo } = response
  if (bodyTo - bodyFrom < BATCH.length) return null
  const begin = bytes.toString('latin1', bodyFrom, Math.min(bodyTo, bodyFrom + 128))
  if (begin.startsWith(BATCH)) return begin.slice(BATCH.length, begin.indexOf('"', BATCH.length))
  const body = bodyOf(response)
  const last = body.lastIndexOf(ID)
  return last < 0 ? null : String(Number.parseInt(body.slice(last + ID.length)))
}
