import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'

/** Nobody will read this answer any more: its connection is gone, or on HTTP/2 its stream. */
export function isDisconnected(raw: ServerResponse | Http2ServerResponse): boolean {
  return 'stream' in raw ? raw.stream.destroyed : raw.destroyed
}
