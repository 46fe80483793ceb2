/** A set that mostly has one element or none, and then costs no more than a field. */
export class SmallSet<T extends object> {
  #first: T | null = null
  #others: Set<T> | null = null

  get size(): number {
    return (this.#first ? 1 : 0) + (this.#others?.size ?? 0)
  }

  add(element: T): void {
    if (this.#first === null) this.#first = element
    else if (this.#first !== element) (this.#others ??= new Set()).add(element)
  }

  delete(element: T): void {
    if (this.#first === element) this.#first = null
    else this.#others?.delete(element)
  }

  /** All elements at this moment: what is added or deleted later changes nothing. */
  toArray(): T[] {
    return [...(this.#first ? [this.#first] : []), ...(this.#others ?? [])]
  }
}
