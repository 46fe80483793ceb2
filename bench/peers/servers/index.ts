/** Loaded on demand: a process holds the code of one server. */
export const SERVERS = {
  'bare-ws': () => import('./bare-ws.ts'),
  'bare-http': () => import('./bare-http.ts'),
  fastify: () => import('./fastify.ts'),
  'socket-io': () => import('./socket-io.ts'),
  sockjs: () => import('./sockjs.ts'),
  faye: () => import('./faye.ts'),
  uws: () => import('./uws.ts'),
} as const satisfies Record<string, () => Promise<{ start: () => Promise<number> }>>

export type ServerName = keyof typeof SERVERS
