/** Something that waits for at most a given time. A node of a list, so that it can leave without a search. */
export interface Hold {
  /** When its time is over, by performance.now(). */
  deadline: number
  previous: Hold | null
  next: Hold | null
  expire(): void
}

/** Those that wait for the same time, in the order in which they came: the first one's time is over first. */
interface Queue {
  first: Hold | null
  last: Hold | null
}

/**
 * Ends holds in time, with one timer for all that wait equally long: most do, and a timer each costs as much as waking a reader.
 * A timer that fires when its first one has left already is set again for the next.
 */
export class HoldQueue {
  readonly #queues = new Map<number, Queue>()

  add(hold: Hold, ms: number): void {
    hold.deadline = performance.now() + ms
    const queue = this.#queues.get(ms)
    if (!queue) {
      this.#queues.set(ms, { first: hold, last: hold })
      setTimeout(() => this.#check(ms), ms).unref()
      return
    }
    hold.previous = queue.last
    if (queue.last) queue.last.next = hold
    else queue.first = hold
    queue.last = hold
  }

  remove(hold: Hold, ms: number): void {
    const queue = this.#queues.get(ms)
    if (!queue) return
    const { previous, next } = hold
    if (previous) previous.next = next
    else if (queue.first === hold) queue.first = next
    if (next) next.previous = previous
    else if (queue.last === hold) queue.last = previous
    hold.previous = null
    hold.next = null
  }

  #check(ms: number): void {
    const queue = this.#queues.get(ms)
    if (!queue) return
    const now = performance.now()
    while (queue.first && queue.first.deadline <= now) queue.first.expire()
    if (queue.first) setTimeout(() => this.#check(ms), Math.ceil(queue.first.deadline - now)).unref()
    else this.#queues.delete(ms)
  }
}
