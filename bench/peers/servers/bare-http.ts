import type { ServerResponse } from 'node:http'
import { listen } from './listen.ts'
import { serverOfPosts } from './posts.ts'
import { Room } from './room.ts'

/** `node:http` and loops: a write to each stream, a response to each held poll. */
export function start(): Promise<number> {
  const room = new Room()
  const eventStreams = new Set<ServerResponse>()
  const lineStreams = new Set<ServerResponse>()
  let waiting = new Set<ServerResponse>()

  const answer = (response: ServerResponse, body: string) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
  }
  const stream = (response: ServerResponse, type: string, streams: Set<ServerResponse>) => {
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).flushHeaders()
    streams.add(response)
    response.on('close', () => streams.delete(response))
  }
  const publish = (body: string) => {
    const message = room.add(body)
    const event = `data: ${message}\n\n`
    for (const response of eventStreams) response.write(event)
    const line = `${message}\n`
    for (const response of lineStreams) response.write(line)
    const asked = waiting
    if (asked.size === 0) return
    waiting = new Set()
    const news = `[${message}]`
    for (const response of asked) answer(response, news)
  }
  const server = serverOfPosts(publish, ({ url = '' }, response) => {
    if (url === '/sse') stream(response, 'text/event-stream', eventStreams)
    else if (url === '/http-stream') stream(response, 'application/x-ndjson', lineStreams)
    else if (url.startsWith('/short-poll?after=')) answer(response, room.after(afterIn(url)))
    else if (url.startsWith('/long-poll?after=')) {
      if (room.hasAfter(afterIn(url))) answer(response, room.after(afterIn(url)))
      else {
        waiting.add(response)
        response.on('close', () => waiting.delete(response))
      }
    } else response.writeHead(404).end()
  })
  return listen(server)
}

const afterIn = (url: string): number => Number(url.slice(url.indexOf('=') + 1))
