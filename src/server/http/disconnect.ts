import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'

/** Whether the client cannot read this answer any more: its connection is closed, or its HTTP/2 stream. */
export function isDisconnected(raw: ServerResponse | Http2ServerResponse): boolean {
  return 'stream' in raw ? raw.stream.destroyed : raw.destroyed
}
