import { postRequest } from '../requests.ts'
import type { OpenReader } from './reader.ts'
import { sessionPath } from './sockjs-session.ts'
import { openStream } from './stream.ts'

/** The server completes each response after 128 kB, and the client sends a new request. */
export const sockjsStreaming: OpenReader = (context) => {
  const request = postRequest(`${sessionPath(context)}/xhr_streaming`, '', context.headers)
  return openStream(context, { request, began: context.ready, ended: (connection) => connection.write(request) })
}
