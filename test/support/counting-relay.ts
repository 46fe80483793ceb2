import { connect, createServer } from 'node:net'
import { listenForTest, relayed } from './listen.ts'

/** One TCP connection through the relay, and its bytes. */
export interface Passed {
  /** The first line of its first request: `GET /rooms/lobby/meter HTTP/1.1`. */
  firstLine: string
  up: number
  down: number
}

/** Forwards bytes and counts them for each connection. It reads the first line only. */
export class CountingRelay {
  readonly url: string
  readonly connections: readonly Passed[]

  private constructor(port: number, connections: readonly Passed[]) {
    this.url = `http://127.0.0.1:${port}`
    this.connections = connections
  }

  /**
   * Starts a relay in front of a port of this machine. The end of the test closes it.
   *
   * @param onDown called with each chunk towards the client, before the chunk is passed on
   */
  static async open(
    to: number,
    onDown: (chunk: Buffer, connection: Passed) => void = () => undefined,
  ): Promise<CountingRelay> {
    const passed: Passed[] = []
    const server = createServer((client) => {
      const counts: Passed = { firstLine: '', up: 0, down: 0 }
      passed.push(counts)
      const upstream = relayed(connect(to, '127.0.0.1'))
      relayed(client)
      client.once('data', (chunk: Buffer) => (counts.firstLine = chunk.toString('latin1').split('\r\n')[0] ?? ''))
      client.on('data', (chunk: Buffer) => (counts.up += chunk.length))
      upstream.on('data', (chunk: Buffer) => {
        counts.down += chunk.length
        onDown(chunk, counts)
      })
      client.pipe(upstream)
      upstream.pipe(client)
      client.on('close', () => upstream.destroy())
      upstream.on('close', () => client.destroy())
    })
    return new CountingRelay(await listenForTest(server), passed)
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** Bytes of all connections whose first request has another path. */
  without(path: string): { up: number; down: number } {
    const counted = this.connections.filter(({ firstLine }) => !firstLine.includes(path))
    return counted.reduce((sum, { up, down }) => ({ up: sum.up + up, down: sum.down + down }), { up: 0, down: 0 })
  }
}
