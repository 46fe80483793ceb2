import type { App } from '../http/app-types.ts'
import type { Rooms } from '../room/rooms.ts'
import type { Store } from '../room/room-store.ts'

/** `/healthz`: the process answers, so do not restart it. `/readyz`: its store answers too, so send it requests. */
export function mountHealth(app: App, rooms: Rooms, store: Store): void {
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const status = rooms.isClosed ? 'closing' : (await store.isReady()) ? 'ready' : 'store away'
    return reply
      .code(status === 'ready' ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status })
  })
}
