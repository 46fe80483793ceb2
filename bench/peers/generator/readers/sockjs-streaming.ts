import { postRequest } from '../requests.ts'
import type { OpenReader } from './reader.ts'
import { sessionPath } from './sockjs-session.ts'
import { openStream } from './stream.ts'

/** The server ends each answer after 128 kB, and the client asks again. */
export const sockjsStreaming: OpenReader = (context) => {
  const request = postRequest(`${sessionPath(context)}/xhr_streaming`, '', context.headers)
  return openStream(context, { request, began: context.ready, ended: (connection) => connection.write(request) })
}
