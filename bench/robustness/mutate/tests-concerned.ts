/**
 * The folders that are mutated, and the tests that have to notice. Tests that start browsers, wait for long, or compare times are
 * left out: another test should notice before.
 */
const server = (...names: string[]) => names.map((name) => `test/server/${name}.test.ts`)
const redis = (...names: string[]) => names.map((name) => `test/redis/${name}.test.ts`)

export const CONCERNED = {
  'src/server/log': server(
    ...[
      'window',
      'encoded-batch',
      'timers',
      'memory-log',
      'subscription',
      'clock',
      'trace',
      'transports',
      'http-api',
      'limits',
      'silent-clients',
    ],
    ...['presence', 'gone-readers', 'operations'],
  ),
  'src/server/room': server(
    ...['names', 'http-api', 'memory-members', 'limits', 'presence', 'abuse-limits', 'meter', 'operations'],
  ),
  'src/server/transports': server(
    ...['transports', 'websocket-frames', 'abuse-limits', 'foreign-headers', 'silent-clients', 'floods', 'limits'],
    ...['meter', 'trace', 'socket-io-clients', 'http-api', 'deflate', 'socket-io-sessions', 'head-requests'],
    ...['control-characters', 'low-level-http', 'gone-readers'],
  ),
  'src/server/http': server(
    ...['http-api', 'low-level-http', 'hosts', 'limits', 'abuse-limits', 'foreign-headers', 'silent-clients'],
    ...['body-progress', 'head-requests', 'unexpected-errors', 'shutdown', 'http2', 'secrets-in-logs', 'trace'],
    ...['meter', 'links', 'operations', 'static-files', 'response-heads', 'gone-readers', 'floods'],
  ),
  'src/server/metering': server('meter', 'trace', 'http2', 'deflate', 'foreign-headers', 'socket-io-clients'),
  'src/server/store/memory': server('memory-log', 'memory-members', 'http-api', 'presence', 'limits', 'operations'),
  'src/server/store/redis': redis('redis-log', 'redis-members', 'redis-commands', 'redis-limits', 'servers'),
} as const satisfies Record<string, readonly string[]>

export type MutatedFolder = keyof typeof CONCERNED
export const FOLDERS = Object.keys(CONCERNED) as MutatedFolder[]
