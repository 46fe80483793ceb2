import { createRequire } from 'node:module'
import { UWS_PACKAGES, found } from './found.ts'
import { Room } from './room.ts'

/** The parts of µWebSockets.js in use. */
interface Response {
  cork(work: () => void): Response
  writeHeader(name: string, value: string): Response
  write(chunk: string): boolean
  end(body: string): Response
  onAborted(listener: () => void): Response
  onData(listener: (chunk: ArrayBuffer, isLast: boolean) => void): Response
}
interface Request {
  getQuery(name: string): string | undefined
}
interface App {
  ws(path: string, behaviour: object): App
  get(path: string, handler: (response: Response, request: Request) => void): App
  post(path: string, handler: (response: Response) => void): App
  publish(topic: string, message: string, isBinary: boolean, compress: boolean): boolean
  listen(host: string, port: number, done: (socket: unknown) => void): App
}
interface MicroWebSockets {
  App(): App
  us_socket_local_port(socket: unknown): number
}

const MOST_UNSENT_BYTES = 16 * 2 ** 20

export async function start(): Promise<number> {
  const name = UWS_PACKAGES.find(found)
  if (!name) throw new Error('µWebSockets.js is not installed')
  const library = createRequire(import.meta.url)(name) as MicroWebSockets
  const room = new Room()
  const streams = new Set<Response>()
  let waiting = new Set<Response>()

  const answer = (response: Response, body: string) =>
    response.cork(() => response.writeHeader('content-type', 'application/json').end(body))
  const publish = (message: string) => {
    app.publish('room', message, false, false)
    const event = `data: ${message}\n\n`
    for (const response of streams) response.cork(() => response.write(event))
    const asked = waiting
    waiting = new Set()
    const news = `[${message}]`
    for (const response of asked) answer(response, news)
  }
  const app = library.App()
  app.ws('/websocket', {
    compression: 0,
    idleTimeout: 120,
    maxBackpressure: MOST_UNSENT_BYTES,
    open: (socket: { subscribe(topic: string): void }) => socket.subscribe('room'),
  })
  app.post('/messages', (response) => {
    let body = ''
    response.onAborted(() => undefined)
    response.onData((chunk, isLast) => {
      body += Buffer.from(chunk).toString()
      if (!isLast) return
      const message = room.add(body)
      response.end('ok')
      // The only cork buffer belongs to this response until the handler returns.
      setImmediate(() => publish(message))
    })
  })
  app.get('/sse', (response) => {
    response.onAborted(() => streams.delete(response))
    response.writeHeader('content-type', 'text/event-stream').write(':\n\n')
    streams.add(response)
  })
  app.get('/long-poll', (response, request) => {
    const after = Number(request.getQuery('after'))
    if (room.hasAfter(after)) answer(response, room.after(after))
    else {
      response.onAborted(() => waiting.delete(response))
      waiting.add(response)
    }
  })
  app.get('/short-poll', (response, request) => {
    answer(response, room.after(Number(request.getQuery('after'))))
  })
  return new Promise((resolve, reject) => {
    app.listen('127.0.0.1', 0, (socket) => {
      if (socket) resolve(library.us_socket_local_port(socket))
      else reject(new Error('µWebSockets.js cannot listen'))
    })
  })
}
