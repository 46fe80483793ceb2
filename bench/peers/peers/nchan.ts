import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kind } from '../kinds.ts'
import type { Peer, PeerServer, Prepared } from '../peer.ts'
import { startProgram } from './launch.ts'

const NGINX = '/usr/sbin/nginx'
const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so'
const INSTALL = 'apt-get install --no-install-recommends nginx-light libnginx-mod-nchan'

/** By path: the subscriber type and its first message. A short poll starts at the last message of the channel. */
const SUBSCRIBERS = {
  websocket: ['websocket', 'newest'],
  sse: ['eventsource', 'newest'],
  'http-stream': ['http-raw-stream', 'newest'],
  'long-poll': ['longpoll', 'newest'],
  'short-poll': ['intervalpoll', '-1'],
} as const satisfies Record<Kind, readonly [string, string]>

const locationOf = (path: string, kind: string, first: string): string =>
  `location = /${path} { nchan_subscriber ${kind}; nchan_channel_id room; nchan_subscriber_first_message ${first}; }`

const configOf = (folder: string, port: number): string => `
daemon off; master_process on; worker_processes 1; worker_rlimit_nofile 20000;
pid ${folder}/nginx.pid; error_log ${folder}/error.log error; load_module ${MODULE};
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 19000; use epoll; multi_accept off; }
http {
  access_log off; server_tokens off; tcp_nodelay on; keepalive_requests 1000000000; keepalive_timeout 600s;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  nchan_shared_memory_size 256M; nchan_message_buffer_length 256; nchan_message_timeout 5m;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /messages { nchan_publisher; nchan_channel_id room; }
    ${Object.entries(SUBSCRIBERS)
      .map(([name, [kind, first]]) => locationOf(name, kind, first))
      .join('\n    ')}
  }
}
`

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function start(): Promise<PeerServer> {
  const folder = await mkdtemp(join(tmpdir(), 'nchan-'))
  const port = await freePort()
  await writeFile(join(folder, 'nginx.conf'), configOf(folder, port))
  const program = startProgram(NGINX, ['-p', folder, '-c', join(folder, 'nginx.conf')])
  const stop = async () => {
    await program.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await program.until(() => fetch(`http://127.0.0.1:${port}/`).then(Boolean, () => false))
  } catch (error) {
    await stop()
    throw error
  }
  return { port, pid: program.pid, stop }
}

/** The first short poll needs a message, as Nchan's cursor is that of the last message. */
async function prepare({ port }: PeerServer): Promise<Prepared> {
  await fetch(`http://127.0.0.1:${port}/messages`, { method: 'POST', body: 'first' })
  return {}
}

function version(): string {
  const said = spawnSync('dpkg-query', ['-W', '-f', '${Version}', 'libnginx-mod-nchan'], { encoding: 'utf8' }).stdout
  return said || 'unknown'
}

export const nchan: Peer = {
  name: 'nchan',
  version,
  settings: 'nginx with one worker process, 256 MB of shared memory, a buffer of 256 messages and no access log',
  lacks: 'no presence, private messages, idempotent writes or byte meters; a poll returns one message',
  kinds: {
    websocket: { protocol: 'websocket', path: '/websocket' },
    sse: { protocol: 'stream', path: '/sse' },
    'http-stream': { protocol: 'stream', path: '/http-stream' },
    'long-poll': { protocol: 'nchan-long-poll', path: '/long-poll' },
    'short-poll': { protocol: 'nchan-short-poll', path: '/short-poll' },
  },
  missing: () => (existsSync(NGINX) && existsSync(MODULE) ? null : INSTALL),
  start,
  prepare,
}
