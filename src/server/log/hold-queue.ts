/** A wait with a time limit. It is a node of a linked list, so that removal needs no search. */
export interface Hold {
  /** Time limit, by performance.now(). */
  deadline: number
  previous: Hold | null
  next: Hold | null
  expire(): void
}

/** Holds of equal length in the order of arrival, so that the first expires first. */
interface Queue {
  first: Hold | null
  last: Hold | null
}

/**
 * Expires holds, with one timer for all holds of equal length: most holds are, and a timer per hold costs as much as waking a
 * reader. A timer that fires after its first hold was removed is set again for the next hold.
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
