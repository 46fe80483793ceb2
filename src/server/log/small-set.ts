/** A set that mostly has one element or none, and then costs no more than a field. */
export class SmallSet<T extends object> {
  #one: T | null = null
  #others: Set<T> | null = null

  get size(): number {
    return (this.#one ? 1 : 0) + (this.#others?.size ?? 0)
  }

  add(element: T): void {
    if (this.#one === null) this.#one = element
    else if (this.#one !== element) (this.#others ??= new Set()).add(element)
  }

  delete(element: T): void {
    if (this.#one === element) this.#one = null
    else this.#others?.delete(element)
  }

  /** All elements at this moment: what is added or deleted later changes nothing. */
  toArray(): T[] {
    return [...(this.#one ? [this.#one] : []), ...(this.#others ?? [])]
  }
}
