import { headerOf } from '../../../load/http1-reader.ts'
import { scan } from '../marker.ts'
import { getRequest } from '../requests.ts'
import { openExchange } from './exchange.ts'
import type { OpenReader, Reader, ReaderContext } from './reader.ts'

/** Nchan takes its cursor from Last-Modified and Etag. A response holds one message. */
export const nchanLongPoll: OpenReader = (context) => {
  const poll = openNchanPoll(context, true)
  context.ready()
  return { close: poll.close }
}
export const nchanShortPoll: OpenReader = (context) => openNchanPoll(context, false)

function openNchanPoll(context: ReaderContext, isHeld: boolean): Reader {
  let conditions: string[] = []
  const request = () => getRequest(context.path, [...conditions, ...context.headers])
  return openExchange(context, request, (response) => {
    const isNews = scan(response.bytes, response.bodyFrom, response.bodyTo, context.received) > response.bodyFrom
    const [modified, tag] = [headerOf(response, 'last-modified'), headerOf(response, 'etag')]
    if (modified !== '') conditions = [`If-Modified-Since: ${modified}`, `If-None-Match: ${tag}`]
    context.ready()
    return isHeld || (isNews && context.isBehind()) ? request() : null
  })
}
