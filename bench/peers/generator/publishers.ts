import type { Posting } from '../peer.ts'
import { readResponse } from '../../load/http1-reader.ts'
import { dial, type Connection } from './connection.ts'
import { textOf } from './marker.ts'
import { postRequest } from './requests.ts'

/** More than messages in flight, so that no post waits for an earlier response. */
const CONNECTIONS = 16

/** Keep-alive connections that post messages, one at a time each. */
export class Publishers {
  refused = 0
  acknowledged = 0
  readonly #port: number
  readonly #posting: Posting
  readonly #textBytes: number
  readonly #idle = new Set<Connection>()
  readonly #all = new Set<Connection>()

  constructor(port: number, posting: Posting, textBytes: number) {
    this.#port = port
    this.#posting = posting
    this.#textBytes = textBytes
  }

  /** Opens new connections: a server may be about to close idle ones. */
  async open(): Promise<void> {
    this.close()
    await Promise.all(Array.from({ length: CONNECTIONS }, () => this.#open()))
  }

  #open(): Promise<void> {
    return new Promise((resolve, reject) => {
      const connection = dial(this.#port, {
        opened: () => {
          this.#idle.add(connection)
          resolve()
        },
        read: (bytes, from, to) => {
          const response = readResponse(bytes, from, to)
          if (!response) return from
          if (response.status >= 300) this.refused++
          else this.acknowledged++
          this.#idle.add(connection)
          return response.bodyTo
        },
        ended: (why) => {
          this.#all.delete(connection)
          if (!this.#idle.delete(connection)) this.refused++
          reject(new Error(`a publisher's connection ended: ${why}`))
        },
      })
      this.#all.add(connection)
    })
  }

  get isFree(): boolean {
    return this.#idle.size > 0
  }

  post(sequence: number): void {
    const [connection] = this.#idle
    if (!connection) return
    this.#idle.delete(connection)
    const { path, body, headers = [] } = this.#posting
    const id = `peers-${String(sequence).padStart(10, '0')}`
    const filled = body.replace('$I', id).replace('$T', textOf(sequence, this.#textBytes))
    connection.write(postRequest(path, filled, headers))
  }

  close(): void {
    for (const connection of this.#all) connection.close()
    this.#all.clear()
    this.#idle.clear()
  }
}
