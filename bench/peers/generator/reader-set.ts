import type { Reading } from '../peer.ts'
import type { DeliveryCheck } from './delivery-check.ts'
import { READERS } from './readers/index.ts'
import type { Reader } from './readers/reader.ts'

/** Readers that connect at the same time. */
const AT_ONCE = 64

/** All readers of one peer. */
export class ReaderSet {
  /** Readers whose connection ended or whose request was refused. */
  failures = 0
  firstFailure = ''
  readonly #readers: Reader[] = []
  readonly #check: DeliveryCheck

  constructor(check: DeliveryCheck) {
    this.#check = check
  }

  /** Resolves when all readers are ready. @throws Error with the reason when one is not */
  async open(port: number, reading: Reading, withinMs: number): Promise<void> {
    const until = performance.now() + withinMs
    let next = 0
    const openSome = async () => {
      while (next < this.#check.readers) await this.#openOne(port, reading, next++, until)
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
        received: (sequence) => this.#check.received(index, sequence),
        isBehind: () => this.#check.isBehind(index),
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

  /** Sends one poll for each reader that does not poll by itself. */
  poll(): void {
    for (const reader of this.#readers) reader.poll?.()
  }

  /** Replaces idle connections that the server has closed. */
  async reconnect(): Promise<void> {
    await Promise.all(this.#readers.flatMap(({ reconnect }) => (reconnect ? [reconnect()] : [])))
  }

  get asksByItself(): boolean {
    return !this.#readers[0]?.poll
  }

  close(): void {
    for (const reader of this.#readers) reader.close()
  }
}
