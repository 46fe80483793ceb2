import {
  Agent,
  createServer,
  request as requestOf,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { listenForTest, relayed } from './listen.ts'

/** What a proxy does wrong. By default it passes everything on. */
export interface ProxyFaults {
  /** Is called before a request is passed on, which waits for it. Returns true if the proxy has answered the request. */
  before?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>
  /** Sees the status of each answer. */
  answered?: (request: IncomingMessage, status: number) => void
  /** Returns another body for an answer with status 200 to a matching path. */
  rewrite?: { path: RegExp; body: (text: string) => string }
  /** Further headers of an answer. */
  headers?: (request: IncomingMessage) => Record<string, string>
  /** Each request opens a connection to the server. */
  opensAlways?: true
  /** Another form of what a client sends after an upgrade: made for each connection, called for each chunk. */
  upgradedUp?: () => (chunk: Buffer) => Buffer
}

interface Target {
  port: number
  /** The name by which the server is asked; by default the client's. */
  host?: string
}

/** An HTTP/1.1 proxy in front of a port of this machine, with faults. @returns its port. It is closed when the test is over. */
export async function openFaultyProxy({ port: to, host }: Target, faults: ProxyFaults): Promise<number> {
  const { before, answered, rewrite, headers, opensAlways, upgradedUp } = faults
  const agent = new Agent({ keepAlive: opensAlways !== true })
  const headersTo = (request: IncomingMessage): IncomingHttpHeaders =>
    host === undefined ? request.headers : { ...request.headers, host }

  const forward = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url: path = '/' } = request
    const upstream = requestOf({ host: '127.0.0.1', port: to, method, path, headers: headersTo(request), agent })
    upstream.on('response', (answer) => {
      const { statusCode: status = 502 } = answer
      answered?.(request, status)
      const own = { ...answer.headers, ...headers?.(request) }
      answer.on('error', () => response.destroy())
      if (!rewrite || status !== 200 || !rewrite.path.test(path)) {
        response.writeHead(status, own)
        response.flushHeaders()
        answer.pipe(response)
        return
      }
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () => {
        const body = Buffer.from(rewrite.body(Buffer.concat(chunks).toString()))
        response.writeHead(status, { ...own, 'content-length': body.length })
        response.end(body)
      })
    })
    // The client sees what the proxy sees: a connection that ends without an answer.
    upstream.on('error', () => response.destroy())
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  }

  const proxy = createServer((request, response) => {
    void Promise.resolve(before?.(request, response) ?? false).then((isAnswered) => {
      if (!isAnswered && !response.destroyed) forward(request, response)
    })
  })
  proxy.on('connection', relayed)
  proxy.on('upgrade', (request: IncomingMessage, client: Socket, head: Buffer) => {
    const upstream = relayed(connect(to, '127.0.0.1'))
    const lines = Object.entries(headersTo(request)).map(([name, value]) => `${name}: ${String(value)}\r\n`)
    upstream.write(`${request.method} ${request.url} HTTP/1.1\r\n${lines.join('')}\r\n`)
    const transform = upgradedUp?.() ?? ((chunk: Buffer) => chunk)
    const send = (chunk: Buffer) => upstream.write(transform(chunk))
    if (head.length > 0) send(head)
    client.on('data', send)
    upstream.on('data', (chunk: Buffer) => client.write(chunk))
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  onTestFinished(() => agent.destroy())
  return listenForTest(proxy)
}
