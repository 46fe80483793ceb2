/** Something that waits for at most a given time. A node of a list, so that it can leave without a search. */
export interface Held {
  /** When its time is over, by performance.now(). */
  deadline: number
  before: Held | null
  after: Held | null
  giveUp(): void
}

/** Those that wait for the same time, in the order in which they came: the first one's time is over first. */
interface Queue {
  first: Held | null
  last: Held | null
}

/**
 * Ends holds in time, with one timer for all that wait equally long: most do, and a timer each costs as much as waking a reader.
 * A timer that fires when its first one has left already is set again for the next.
 */
export class HoldQueue {
  readonly #queues = new Map<number, Queue>()

  add(held: Held, ms: number): void {
    held.deadline = performance.now() + ms
    const queue = this.#queues.get(ms)
    if (!queue) {
      this.#queues.set(ms, { first: held, last: held })
      setTimeout(() => this.#check(ms), ms).unref()
      return
    }
    held.before = queue.last
    if (queue.last) queue.last.after = held
    else queue.first = held
    queue.last = held
  }

  remove(held: Held, ms: number): void {
    const queue = this.#queues.get(ms)
    if (!queue) return
    const { before, after } = held
    if (before) before.after = after
    else if (queue.first === held) queue.first = after
    if (after) after.before = before
    else if (queue.last === held) queue.last = before
    held.before = null
    held.after = null
  }

  #check(ms: number): void {
    const queue = this.#queues.get(ms)
    if (!queue) return
    const now = performance.now()
    while (queue.first && queue.first.deadline <= now) queue.first.giveUp()
    if (queue.first) setTimeout(() => this.#check(ms), Math.ceil(queue.first.deadline - now)).unref()
    else this.#queues.delete(ms)
  }
}
