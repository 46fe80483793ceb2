import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems assign by themselves. */
const FIRST = 11_000
export const LASTING_PORTS_END = 32_000

/**
 * A free port for a process that starts later or is restarted: a port that `listen(0)` gives could be in use by then.
 *
 * @param end the port is below this number
 */
export async function lastingPort(end = LASTING_PORTS_END): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, end)
    const server = createServer()
    const isFree = once(server, 'listening').then(
      () => true,
      () => false,
    )
    server.listen(port, '127.0.0.1')
    if (!(await isFree)) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
