import type { Reading } from '../peer.ts'
import type { Ledger } from './ledger.ts'
import { READERS } from './readers/index.ts'
import type { Reader } from './readers/reader.ts'

/** How many come at the same time. */
const AT_ONCE = 64

/** All readers of one peer. */
export class Audience {
  /** Whose connection ended, or who was refused; the first of the reasons. */
  failures = 0
  firstFailure = ''
  readonly #readers: Reader[] = []
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  /** Settles when all are there. @throws Error that says why one is not */
  async open(port: number, reading: Reading, withinMs: number): Promise<void> {
    const until = performance.now() + withinMs
    let next = 0
    const openSome = async () => {
      while (next < this.#ledger.readers) await this.#openOne(port, reading, next++, until)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, openSome))
  }

  #openOne(port: number, { protocol, path, cursor = '', headers = [] }: Reading, index: number, until: number) {
    return new Promise<void>((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`reader ${index} was not ready in time`)),
        Math.max(0, until - performance.now()),
      )
      const header = headers[index]
      const reader = READERS[protocol]({
        port,
        index,
        path,
        cursor,
        headers: header === undefined ? [] : [header],
        received: (sequence) => this.#ledger.received(index, sequence),
        isBehind: () => this.#ledger.isBehind(index),
        ready() {
          clearTimeout(late)
          resolve()
        },
        failed: (why) => {
          this.failures++
          this.firstFailure ||= why
          clearTimeout(late)
          reject(new Error(`reader ${index}: ${why}`))
        },
      })
      this.#readers.push(reader)
    })
  }

  /** Every reader that does not ask by itself asks once. */
  poll(): void {
    for (const reader of this.#readers) reader.poll?.()
  }

  /** Connects those again whom the server has let go meanwhile. */
  async revive(): Promise<void> {
    await Promise.all(this.#readers.flatMap(({ revive }) => (revive ? [revive()] : [])))
  }

  get asksByItself(): boolean {
    return !this.#readers[0]?.poll
  }

  close(): void {
    for (const reader of this.#readers) reader.close()
  }
}
