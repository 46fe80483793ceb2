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
    settings: 'perMessageDeflate: false; one text, send() to each',
    lacks: 'the control: no history, no cursor, no presence, no meters, no back-pressure',
    kinds: { websocket: { protocol: 'websocket', path: '/websocket' } },
    isControl: true,
    start: launcher('bare-ws'),
  },
  {
    name: 'http',
    version: () => process.version,
    settings: 'node:http with keep-alive; one text, write() or end() to each',
    lacks: 'the control: the last 256 messages by number, no presence, no meters, no back-pressure',
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
    settings: 'logger: false; reply.send() of a text that is ready',
    lacks: 'the last 256 messages by number, no presence, no meters, no streams of its own',
    kinds: { 'long-poll': LONG_POLL, 'short-poll': SHORT_POLL },
    start: launcher('fastify'),
  },
  {
    name: 'socket-io',
    version: packaged('socket.io'),
    settings: 'perMessageDeflate: false, httpCompression: false, allowUpgrades: false, serveClient: false; a room',
    lacks: 'no history, no cursor: what is sent while a reader is away is lost to it; no presence, no meters',
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
    settings: 'no log; write() to each connection',
    lacks: 'no rooms, no history, no cursor, no presence, no meters',
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
    settings: 'timeout: 45; one channel, published to by the server’s own client',
    lacks: 'no history, no cursor, no presence, no meters',
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
    settings: 'no compression; a topic for WebSockets, corked writes for the rest; C++ below JavaScript',
    lacks: 'the last 256 messages by number, no presence, no meters',
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
