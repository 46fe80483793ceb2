import { once } from 'node:events'
import { connect, type ClientHttp2Session } from 'node:http2'
import { FrameReader } from '../../src/server/metering/http2/frame-reader.ts'
import { dialTls, type CountedSocket, type Look } from './counted-socket.ts'
import { HEADERS, requestHead, type HeaderSet } from './request-headers.ts'

/** Bytes of one way: heads, and all that is not. */
export interface Parts {
  headers: number
  framing: number
}

/** Asks one thing after the other on one connection that it keeps. */
export interface HttpClient {
  readonly connection: CountedSocket
  /** @returns the body @throws for what is neither 200 nor 204 */
  ask(path: string): Promise<string>
  /** What crossed since this was last asked. */
  take(): { up: Parts; down: Parts }
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

const HEAD_END = '\r\n\r\n'
const nothing = () => ({ up: { headers: 0, framing: 0 }, down: { headers: 0, framing: 0 } })

async function openHttp1(port: number, headers: HeaderSet, extra: readonly string[] = []): Promise<HttpClient> {
  const connection = await dialTls(port, 'http/1.1')
  let unread = Buffer.alloc(0)
  let crossed = nothing()
  connection.on('data', (chunk: Buffer) => (unread = Buffer.concat([unread, chunk])))
  return {
    connection,
    async ask(path) {
      const question = requestHead(`GET ${path} HTTP/1.1`, headers, extra)
      crossed.up.headers += question.length
      connection.write(question)
      for (;;) {
        const answer = takeAnswer()
        if (answer) {
          crossed.down.headers += answer.headBytes
          crossed.down.framing += Buffer.byteLength(answer.body)
          check(answer.status, path)
          return answer.body
        }
        await once(connection, 'data')
      }
    },
    take() {
      const taken = crossed
      crossed = nothing()
      return taken
    },
    close: () => connection.destroy(),
  }

  function takeAnswer(): { status: number; headBytes: number; body: string } | null {
    const end = unread.indexOf(HEAD_END)
    if (end < 0) return null
    const head = unread.toString('latin1', 0, end)
    const headBytes = end + HEAD_END.length
    const bytes = headBytes + Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (unread.length < bytes) return null
    const body = unread.toString('utf8', headBytes, bytes)
    unread = unread.subarray(bytes)
    return { status: Number(head.slice(9, 12)), headBytes, body }
  }
}

/** A session of HTTP/2 on a connection that is counted. */
export async function openSession(
  port: number,
  look?: Look,
): Promise<{ session: ClientHttp2Session; connection: CountedSocket }> {
  const connection = await dialTls(port, 'h2', look)
  const session = connect(`https://127.0.0.1:${port}`, { createConnection: () => connection })
  await once(session, 'remoteSettings')
  return { session, connection }
}

async function openHttp2(port: number, headers: HeaderSet, extra: readonly string[] = []): Promise<HttpClient> {
  let crossed = nothing()
  const readers = {
    up: new FrameReader('client', ({ bytes, isHead }) => (crossed.up[isHead ? 'headers' : 'framing'] += bytes)),
    down: new FrameReader('server', ({ bytes, isHead }) => (crossed.down[isHead ? 'headers' : 'framing'] += bytes)),
  }
  const { session, connection } = await openSession(port, (way, chunk) => readers[way].read(chunk))
  // HTTP/2 has no `connection`: it is one, and kept.
  const fields = [...HEADERS[headers], ...extra]
    .map((header) => header.split(/: (.*)/s))
    .map(([name = '', value = '']) => [name.toLowerCase(), value])
    .filter(([name]) => name !== 'connection')
  const head = Object.fromEntries(fields) as Record<string, string>
  return {
    connection,
    async ask(path) {
      const stream = session.request({ ':path': path, ...head })
      let body = ''
      let status = 0
      stream.setEncoding('utf8')
      stream.on('response', (answer) => (status = Number(answer[':status'])))
      stream.on('data', (chunk: string) => (body += chunk))
      await once(stream, 'close')
      check(status, path)
      return body
    },
    take() {
      const taken = crossed
      crossed = nothing()
      return taken
    },
    close: () => session.destroy(),
  }
}

function check(status: number, path: string): void {
  if (status !== 200 && status !== 204) throw new Error(`${path} was answered ${status}`)
}
