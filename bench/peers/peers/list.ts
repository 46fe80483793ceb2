import type { Peer } from '../peer.ts'
import { found, UWS_PACKAGES, versionOf } from '../servers/found.ts'
import { launcher } from './launch.ts'
import { nchan } from './nchan.ts'
import { own, ownMember } from './own.ts'

const packaged = (name: string) => () => versionOf(name)
const missing = (name: string) => () => (found(name) ? null : `npm install --no-save ${name}`)

const LONG_POLL = { protocol: 'long-poll', path: '/long-poll?after=$C', cursor: '0' } as const
const SHORT_POLL = { protocol: 'short-poll', path: '/short-poll?after=$C', cursor: '0' } as const

/** One row for each peer, in the order of the report. */
export const PEERS: readonly Peer[] = [
  {
    name: 'ws',
    version: packaged('ws'),
    settings: 'control; perMessageDeflate: false; the same string to send() of each socket',
    lacks: 'no history, cursor, presence, byte meters or back-pressure',
    kinds: { websocket: { protocol: 'websocket', path: '/websocket' } },
    isControl: true,
    start: launcher('bare-ws'),
  },
  {
    name: 'http',
    version: () => process.version,
    settings: 'control; node:http with keep-alive; the same string to write() or end() of each response',
    lacks: 'a history of 256 messages by number; no presence, byte meters or back-pressure',
    kinds: {
      sse: { protocol: 'stream', path: '/sse' },
      'http-stream': { protocol: 'stream', path: '/http-stream' },
      'long-poll': LONG_POLL,
      'short-poll': SHORT_POLL,
    },
    isControl: true,
    start: launcher('bare-http'),
  },
  own,
  ownMember,
  {
    name: 'fastify',
    version: packaged('fastify'),
    settings: 'logger: false; reply.send() of the same string to each reader',
    lacks: 'a history of 256 messages by number; no presence or byte meters',
    kinds: { 'long-poll': LONG_POLL, 'short-poll': SHORT_POLL },
    start: launcher('fastify'),
  },
  {
    name: 'socket-io',
    version: packaged('socket.io'),
    settings: 'perMessageDeflate: false, httpCompression: false, allowUpgrades: false, serveClient: false; one room',
    lacks: 'no history, cursor, presence or byte meters; messages sent while a reader is away are lost',
    kinds: {
      websocket: { protocol: 'socket-io-websocket', path: '/socket.io/' },
      'long-poll': { protocol: 'socket-io-polling', path: '/socket.io/' },
    },
    missing: missing('socket.io'),
    start: launcher('socket-io'),
  },
  {
    name: 'sockjs',
    version: packaged('sockjs'),
    settings: 'no log; the same string to write() of each connection',
    lacks: 'no rooms, history, cursor, presence or byte meters',
    kinds: {
      websocket: { protocol: 'sockjs-websocket', path: '/sockjs' },
      'http-stream': { protocol: 'sockjs-streaming', path: '/sockjs' },
      'long-poll': { protocol: 'sockjs-polling', path: '/sockjs' },
    },
    missing: missing('sockjs'),
    start: launcher('sockjs'),
  },
  {
    name: 'faye',
    version: packaged('faye'),
    settings: 'timeout: 45; one channel; the server publishes with its local client',
    lacks: 'no history, cursor, presence or byte meters',
    kinds: {
      websocket: { protocol: 'faye-websocket', path: '/faye' },
      'long-poll': { protocol: 'faye-polling', path: '/faye' },
    },
    missing: missing('faye'),
    start: launcher('faye'),
  },
  nchan,
  {
    name: 'uws',
    version: () => versionOf(UWS_PACKAGES.find(found) ?? UWS_PACKAGES[0]),
    settings: 'compression: 0; publish() to a topic for WebSockets, corked writes for HTTP',
    lacks: 'a history of 256 messages by number; no presence or byte meters',
    kinds: {
      websocket: { protocol: 'websocket', path: '/websocket' },
      sse: { protocol: 'stream', path: '/sse' },
      'long-poll': LONG_POLL,
      'short-poll': SHORT_POLL,
    },
    missing: () => (UWS_PACKAGES.some(found) ? null : `npm install --no-save --ignore-scripts ${UWS_PACKAGES[0]}`),
    start: launcher('uws'),
  },
]
