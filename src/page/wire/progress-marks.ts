/** Places of a line whose times are remembered; the server's word on them comes a moment later. */
const MAX_MARKS = 4000

/** When what went along a line had come how far: by count for frames, by bytes for the body of an answer. */
export class ProgressMarks {
  #marks: { to: number; at: number }[] = []

  get end(): number {
    return this.#marks.at(-1)?.to ?? 0
  }

  /** It has come to `to`, which is beyond all before. */
  mark(to: number, at: number): void {
    this.#marks.push({ to, at })
    if (this.#marks.length > 2 * MAX_MARKS) this.#marks = this.#marks.slice(-MAX_MARKS)
  }

  /** When it had come to `to`; null when it has not, or when that is forgotten. */
  at(to: number): number | null {
    let low = 0
    let high = this.#marks.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#marks[middle]?.to ?? 0) < to) low = middle + 1
      else high = middle
    }
    const found = this.#marks[low]
    // The first mark that is left may stand for many that are forgotten.
    return found && (low > 0 || found.to === to || this.#marks.length < MAX_MARKS) ? found.at : null
  }
}
