import { expect } from 'vitest'
import type { Net } from '../../src/client/transports/transport.ts'
import { TRANSPORTS } from '../../src/protocol.ts'
import { nodeNet } from '../../src/node/net.ts'
import { lastingPort } from './port.ts'
import { run, type Running } from './process.ts'

export interface ServerProcess extends Running {
  base: string
}

/** A server in a separate process, as `npm start` runs it, on a free port. */
export const launchServer = (...args: string[]): Promise<ServerProcess> => launchServerAs([], ...args)

/** @param nodeFlags for Node, before the script */
export async function launchServerAs(nodeFlags: readonly string[], ...args: string[]): Promise<ServerProcess> {
  // Workers begin to listen later than their port was chosen.
  const port = args.includes('--workers') ? await lastingPort() : 0
  const server = run(process.execPath, [...nodeFlags, 'dist/server/main.js', '--port', String(port), ...args])
  const base = () => /is at (http:\/\/\S+)/.exec(server.output())?.[1]
  await expect.poll(base, { message: server.output() }).toBeDefined()
  return { ...server, base: base() ?? '' }
}

/**
 * Transports that hold a member's lease, and whose requests may each go to another server. Socket.IO keeps a session in one process, and
 * needs sticky sessions; a jsonp-poll carries no token, and so holds no lease.
 */
export const HOPPING = TRANSPORTS.filter((name) => name !== 'socket-io' && name !== 'jsonp-poll')

/** Sends each request and each socket to a random server, like a load balancer without sticky sessions. */
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
