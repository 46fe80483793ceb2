import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * A relay in front of a port of this machine. What the server sends on a connection arrives late by `delayMs` while the last request on it
 * matches. @returns its base URL. It is closed when the test is over.
 */
export async function openLateAnswers(to: number, matches: RegExp, delayMs: number): Promise<string> {
  const sockets = new Set<Socket>()
  const relay = createServer((client) => {
    const upstream = connect(to, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    }
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
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    relay.close()
  })
  return `http://127.0.0.1:${(relay.address() as AddressInfo).port}`
}
