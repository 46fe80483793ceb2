import { connect, createServer } from 'node:net'
import { listenForTest, relayed } from './listen.ts'

/**
 * A relay in front of a port of this machine. What the server sends on a connection arrives late by `delayMs` while the last request on it
 * matches. @returns its base URL. It is closed when the test is over.
 */
export async function openLateAnswers(to: number, matches: RegExp, delayMs: number): Promise<string> {
  const relay = createServer((client) => {
    const upstream = relayed(connect(to, '127.0.0.1'))
    relayed(client)
    let isLate = false
    client.on('data', (chunk: Buffer) => {
      const [firstLine = ''] = chunk.toString('latin1').split('\r\n', 1)
      if (firstLine.endsWith('HTTP/1.1')) isLate = matches.test(firstLine)
      upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      if (isLate) setTimeout(() => client.write(chunk), delayMs)
      else client.write(chunk)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  return `http://127.0.0.1:${await listenForTest(relay)}`
}
