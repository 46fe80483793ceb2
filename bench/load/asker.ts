import { once } from 'node:events'
import { connect, type ClientHttp2Session } from 'node:http2'
import { dialTls, type Counted } from './counted.ts'
import { HEADERS, requestHead, type HeaderSet } from './heads.ts'

/** Asks one thing after the other on one connection that it keeps. */
export interface Asker {
  readonly connection: Counted
  /** @returns the body's bytes @throws for what is neither 200 nor 204 */
  ask(path: string): Promise<number>
  close(): void
}

export type AskerVersion = 'http1' | 'http2'

export const openAsker: Record<
  AskerVersion,
  (port: number, headers: HeaderSet, extra?: readonly string[]) => Promise<Asker>
> = {
  http1: openHttp1,
  http2: openHttp2,
}

const HEAD_END = '\r\n\r\n'

async function openHttp1(port: number, headers: HeaderSet, extra: readonly string[] = []): Promise<Asker> {
  const connection = await dialTls(port, 'http/1.1')
  let unread = Buffer.alloc(0)
  connection.on('data', (chunk: Buffer) => (unread = Buffer.concat([unread, chunk])))
  return {
    connection,
    async ask(path) {
      connection.write(requestHead(`GET ${path} HTTP/1.1`, headers, extra))
      for (;;) {
        const end = unread.indexOf(HEAD_END)
        if (end >= 0) {
          const head = unread.toString('latin1', 0, end)
          const bodyBytes = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0)
          const bytes = end + HEAD_END.length + bodyBytes
          if (unread.length >= bytes) {
            unread = unread.subarray(bytes)
            check(Number(head.slice(9, 12)), path)
            return bodyBytes
          }
        }
        await once(connection, 'data')
      }
    },
    close: () => connection.destroy(),
  }
}

/** A session of HTTP/2 on a connection that is counted. */
export async function openSession(port: number): Promise<{ session: ClientHttp2Session; connection: Counted }> {
  const connection = await dialTls(port, 'h2')
  const session = connect(`https://127.0.0.1:${port}`, { createConnection: () => connection })
  await once(session, 'remoteSettings')
  return { session, connection }
}

async function openHttp2(port: number, headers: HeaderSet, extra: readonly string[] = []): Promise<Asker> {
  const { session, connection } = await openSession(port)
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
      let bodyBytes = 0
      let status = 0
      stream.on('response', (answer) => (status = Number(answer[':status'])))
      stream.on('data', (chunk: Buffer) => (bodyBytes += chunk.length))
      await once(stream, 'close')
      check(status, path)
      return bodyBytes
    },
    close: () => session.destroy(),
  }
}

function check(status: number, path: string): void {
  if (status !== 200 && status !== 204) throw new Error(`${path} was answered ${status}`)
}
