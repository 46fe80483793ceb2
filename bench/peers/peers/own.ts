import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Batch, Joined } from '../../../src/protocol.ts'
import type { Kind } from '../kinds.ts'
import type { Peer, PeerServer, Prepared } from '../peer.ts'
import { startProgram } from './launch.ts'

const ROOM = '/rooms/lobby'
const AT_ONCE = 16
/** The readers of members send nothing between their slices, so lease and heartbeats must outlast these. */
const SILENT_READERS = ['--lease', '3600000', '--heartbeat', '600000']
const ARGS = ['--port', '0', '--host', '127.0.0.1', '--links', 'off', '--max-members', '100000', ...SILENT_READERS]

// This file runs from bench/peers/peers/ and, bundled, from dist/bench/.
const root = new URL(import.meta.url.endsWith('.ts') ? '../../../' : '../../', import.meta.url)
const version = () => (JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { version: string }).version

async function start(): Promise<PeerServer> {
  const program = startProgram(process.execPath, [fileURLToPath(new URL('dist/server/main.js', root)), ...ARGS])
  const port = () => Number(/is at http:\/\/\S+:(\d+)/.exec(program.output())?.[1] ?? 0)
  try {
    await program.until(() => port() > 0)
  } catch (error) {
    await program.stop()
    throw error
  }
  return { port: port(), pid: program.pid, stop: () => program.stop() }
}

async function join(base: string): Promise<string> {
  const response = await fetch(`${base}/members`, { method: 'POST' })
  if (!response.ok) throw new Error(`joining was answered ${response.status}`)
  return ((await response.json()) as Joined).token
}

async function joinAll(base: string, count: number): Promise<string[]> {
  const tokens: string[] = []
  while (tokens.length < count) {
    const some = Math.min(AT_ONCE, count - tokens.length)
    tokens.push(...(await Promise.all(Array.from({ length: some }, () => join(base)))))
  }
  return tokens
}

const prepare =
  (areMembers: boolean) =>
  async ({ port }: PeerServer, kind: Kind, readers: number): Promise<Prepared> => {
    const base = `http://127.0.0.1:${port}${ROOM}`
    const author = await join(base)
    const tokens = areMembers ? await joinAll(base, readers) : []
    const headerOf = (token: string) =>
      kind === 'websocket' ? `Sec-WebSocket-Protocol: chat.v1, bearer.${token}` : `Authorization: Bearer ${token}`
    const { cursor } = (await (await fetch(`${base}/short-poll`)).json()) as Batch
    return {
      posting: {
        path: `${ROOM}/messages`,
        body: '{"id":"$I","text":"$T"}',
        headers: [`Authorization: Bearer ${author}`],
      },
      reading: { cursor, ...(areMembers ? { headers: tokens.map(headerOf) } : {}) },
    }
  }

const kinds: Peer['kinds'] = {
  websocket: { protocol: 'websocket', path: `${ROOM}/websocket?after=$C` },
  sse: { protocol: 'stream', path: `${ROOM}/sse?after=$C` },
  'http-stream': { protocol: 'stream', path: `${ROOM}/http-stream?after=$C` },
  'long-poll': { protocol: 'long-poll', path: `${ROOM}/long-poll?after=$C` },
  'short-poll': { protocol: 'short-poll', path: `${ROOM}/short-poll?after=$C` },
}

const SETTINGS = `the production build, rooms in memory; ${SILENT_READERS.join(' ')}, as readers are silent between slices`

export const own: Peer = {
  name: 'own',
  version,
  settings: `${SETTINGS}; readers are anonymous`,
  lacks: 'nothing: this is the project itself',
  kinds,
  start,
  prepare: prepare(false),
}

export const ownMember: Peer = {
  ...own,
  name: 'own-member',
  settings: `${SETTINGS}; each reader is a member with a token`,
  lacks: 'nothing: this is the project itself',
  prepare: prepare(true),
}
