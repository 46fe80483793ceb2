import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems give out by themselves: to `listen(0)`, and to each outgoing connection. */
const FIRST = 11_000
const END = 32_000

/**
 * A port for a server that is away for a while and comes back, or that listens only later. One that `listen(0)` gives could be
 * somebody else's by then.
 */
export async function lastingPort(end = END): Promise<number> {
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
