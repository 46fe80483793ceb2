import { createServer, type RequestListener, type Server } from 'node:http'

/** Longer than the time between two slices, so that idle connections stay open. */
export const KEEP_ALIVE_MS = 600_000

/** Calls `publish` with the body of each `POST /messages`, and `other` for all other requests. */
export function serverOfPosts(publish: (body: string) => void, other?: RequestListener): Server {
  const server = createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== '/messages') {
      if (other) other(request, response)
      else response.writeHead(404).end()
      return
    }
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      publish(body)
      response.writeHead(200, { 'content-length': 2 }).end('ok')
    })
  })
  server.keepAliveTimeout = KEEP_ALIVE_MS
  server.requestTimeout = 0
  return server
}
