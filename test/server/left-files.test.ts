import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import { startPlayground } from '../support/playground.ts'

/** Files of the page that this process has open. */
function openPageFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.includes('/public/') ? [path] : []
    } catch {
      // Closed since the folder was read.
      return []
    }
  })
}

describe('a client that disconnects before its file is sent', () => {
  it.each([
    ['behind a held poll', 'GET /rooms/lobby/long-poll?after=00000000.0 HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['as its only request', ''],
  ])('leaves no file open that it asked for %s', async (_, before) => {
    const playground = await startPlayground({ hold: 600_000 })
    for (let i = 0; i < 50; i++) {
      const socket = connect(playground.port, '127.0.0.1')
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.write(`${before}GET / HTTP/1.1\r\nHost: localhost\r\n\r\n`)
      for (let turn = 0; turn < i % 10; turn++) await new Promise((resolve) => setImmediate(resolve))
      socket.resetAndDestroy()
    }
    await expect.poll(openPageFiles).toEqual([])
  })
})
