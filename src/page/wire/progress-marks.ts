/** Positions whose times are kept; the server's records of them arrive a moment later. */
const MAX_MARKS = 4000

/** The times at which a transfer reached its positions: a count for frames, bytes for the body of an answer. */
export class ProgressMarks {
  #marks: { to: number; at: number }[] = []

  get end(): number {
    return this.#marks.at(-1)?.to ?? 0
  }

  /** The transfer has reached `to`, which is beyond all positions before. */
  mark(to: number, at: number): void {
    this.#marks.push({ to, at })
    if (this.#marks.length > 2 * MAX_MARKS) this.#marks = this.#marks.slice(-MAX_MARKS)
  }

  /** When the transfer reached `to`; null when it has not, or when the time is no longer kept. */
  at(to: number): number | null {
    let low = 0
    let high = this.#marks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#marks[middle]?.to ?? 0) < to) low = middle + 1
      else high = middle
    }
    const found = this.#marks[low]
    // The first mark that is left may stand for many that were dropped.
    return found && (low > 0 || found.to === to || this.#marks.length < MAX_MARKS) ? found.at : null
  }
}
