/** A queue from a callback to an `await`. Items pushed before `fail` are returned before the error. */
export class AsyncQueue<T> {
  readonly #items: T[] = []
  #error: Error | null = null
  #wake: () => void = () => undefined

  push(item: T): void {
    this.#items.push(item)
    this.#wake()
  }

  /** The first error counts. */
  fail(error: Error): void {
    this.#error ??= error
    this.#wake()
  }

  /** The next item, in order; throws the error once there is none left. */
  async next(): Promise<T> {
    for (;;) {
      const item = this.#items.shift()
      if (item !== undefined) return item
      if (this.#error) throw this.#error
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
