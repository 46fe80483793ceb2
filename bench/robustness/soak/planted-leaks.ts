import { open } from 'node:fs/promises'
import type { App } from '../../../src/server/http/app-types.ts'

const NUMBERS_PER_REQUEST = 1000
const TIMERS_PER_REQUEST = 10

/** Leaks memory, timers, a listener and sometimes a descriptor with each request: a soak has to find all of them. */
export function plantLeaks(app: App): void {
  const kept: unknown[] = []
  let requests = 0
  process.setMaxListeners(0)
  app.addHook('onRequest', async () => {
    requests += 1
    kept.push(Array.from({ length: NUMBERS_PER_REQUEST }, (_, i) => i + 0.5))
    for (let n = 0; n < TIMERS_PER_REQUEST; n++) setTimeout(() => undefined, 3_600_000)
    process.on('warning', () => undefined)
    if (requests % 10 === 0) kept.push(await open('/dev/null'))
  })
}
