import { createServer, type RequestListener, type Server } from 'node:http'

/** Long enough that no connection of a run is closed between two of its slices. */
export const KEEP_ALIVE_MS = 600_000

/** A server that calls `publish` with the body of each `POST /messages`, and leaves everything else to `other`. */
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
