import { expect } from 'vitest'
import type { Net } from '../../src/client/transports/transport.ts'
import { TRANSPORTS } from '../../src/protocol.ts'
import { nodeNet } from '../../src/node/net.ts'
import { lastingPort } from './port.ts'
import { run, type Running } from './process.ts'

export interface ServerProcess extends Running {
  base: string
}

/** A server in a process of its own, as `npm start` runs it, on a free port. */
export async function launchServer(...args: string[]): Promise<ServerProcess> {
  // Workers begin to listen later than their port was chosen.
  const port = args.includes('--workers') ? await lastingPort() : 0
  const server = run(process.execPath, ['dist/server/main.js', '--port', String(port), ...args])
  const base = () => /is at (http:\/\/\S+)/.exec(server.output())?.[1]
  await expect.poll(base, { message: server.output() }).toBeDefined()
  return { ...server, base: base() ?? '' }
}

/**
 * By which a member is here, and whose every request may go to another server. Socket.IO keeps a session in one process, and
 * so asks for sticky ones; a jsonp-poll carries no token, and so holds no lease.
 */
export const HOPPING = TRANSPORTS.filter((name) => name !== 'socket-io' && name !== 'jsonp-poll')

/** Where each request and each socket goes to a server of its own choice, as behind a balancer that knows no sessions. */
export function anyOf(bases: readonly string[], random: () => number): Net {
  const any = () => bases[Math.floor(random() * bases.length)] ?? ''
  const net = nodeNet('http://any.invalid')
  const elsewhere = (url: string | URL) => {
    const moved = new URL(url)
    moved.host = new URL(any()).host
    return moved
  }
  return {
    base: net.base,
    fetch: (input, init) => net.fetch(elsewhere(input instanceof Request ? input.url : input), init),
    loadScript: (url, ...rest) => net.loadScript(elsewhere(url).href, ...rest),
    WebSocket: class extends net.WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(elsewhere(url), protocols)
      }
    },
  }
}
