import { once } from 'node:events'
import { connect, type ClientHttp2Session } from 'node:http2'
import { FrameReader } from '../../src/server/metering/http2/frame-reader.ts'
import { dialTls, type CountedSocket, type OnBytes } from './counted-socket.ts'
import { bodyOf, readResponse } from './http1-reader.ts'
import { HEADERS, requestHead, type HeaderSet } from './request-headers.ts'

/** Bytes of one direction. `framing`: all bytes outside heads. */
export interface HttpBytes {
  headers: number
  framing: number
}

/** Sends one request after another on one connection. */
export interface HttpClient {
  readonly connection: CountedSocket
  /** @returns the body @throws Error for a status other than 200 and 204 */
  get(path: string): Promise<string>
  /** Bytes since the last call. */
  readDelta(): { up: HttpBytes; down: HttpBytes }
  close(): void
}

export type HttpVersion = 'http1' | 'http2'

export const openHttpClient: Record<
  HttpVersion,
  (port: number, headers: HeaderSet, extra?: readonly string[]) => Promise<HttpClient>
> = {
  http1: openHttp1,
  http2: openHttp2,
}

const noBytes = () => ({ up: { headers: 0, framing: 0 }, down: { headers: 0, framing: 0 } })

async function openHttp1(port: number, headers: HeaderSet, extra: readonly string[] = []): Promise<HttpClient> {
  const connection = await dialTls(port, 'http/1.1')
  let unread = Buffer.alloc(0)
  let delta = noBytes()
  connection.on('data', (chunk: Buffer) => (unread = Buffer.concat([unread, chunk])))
  return {
    connection,
    async get(path) {
      const head = requestHead(`GET ${path} HTTP/1.1`, headers, extra)
      delta.up.headers += head.length
      connection.write(head)
      for (;;) {
        const response = readResponse(unread)
        if (response) {
          const { status, bodyFrom, bodyTo } = response
          unread = unread.subarray(bodyTo)
          delta.down.headers += bodyFrom
          delta.down.framing += bodyTo - bodyFrom
          expectSuccess(status, path)
          return bodyOf(response)
        }
        await once(connection, 'data')
      }
    },
    readDelta() {
      const result = delta
      delta = noBytes()
      return result
    },
    close: () => connection.destroy(),
  }
}

/** Opens an HTTP/2 session on a connection whose bytes are counted. */
export async function openSession(
  port: number,
  onBytes?: OnBytes,
): Promise<{ session: ClientHttp2Session; connection: CountedSocket }> {
  const connection = await dialTls(port, 'h2', onBytes)
  const session = connect(`https://127.0.0.1:${port}`, { createConnection: () => connection })
  await once(session, 'remoteSettings')
  return { session, connection }
}

async function openHttp2(port: number, headers: HeaderSet, extra: readonly string[] = []): Promise<HttpClient> {
  let delta = noBytes()
  const readers = {
    up: new FrameReader('client', ({ bytes, isHead }) => (delta.up[isHead ? 'headers' : 'framing'] += bytes)),
    down: new FrameReader('server', ({ bytes, isHead }) => (delta.down[isHead ? 'headers' : 'framing'] += bytes)),
  }
  const { session, connection } = await openSession(port, (direction, chunk) => readers[direction].read(chunk))
  // HTTP/2 forbids the header `connection`.
  const fields = [...HEADERS[headers], ...extra]
    .map((header) => header.split(/: (.*)/s))
    .map(([name = '', value = '']) => [name.toLowerCase(), value])
    .filter(([name]) => name !== 'connection')
  const head = Object.fromEntries(fields) as Record<string, string>
  return {
    connection,
    async get(path) {
      const stream = session.request({ ':path': path, ...head })
      let body = ''
      let status = 0
      stream.setEncoding('utf8')
      stream.on('response', (response) => (status = Number(response[':status'])))
      stream.on('data', (chunk: string) => (body += chunk))
      await once(stream, 'close')
      expectSuccess(status, path)
      return body
    },
    readDelta() {
      const result = delta
      delta = noBytes()
      return result
    },
    close: () => session.destroy(),
  }
}

function expectSuccess(status: number, path: string): void {
  if (status !== 200 && status !== 204) throw new Error(`${path} was answered ${status}`)
}
