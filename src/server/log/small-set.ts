/** A set for zero or one element in most cases, which then costs no more memory than a field. */
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

  /** A copy: elements can be added and deleted during iteration. */
  toArray(): T[] {
    return [...(this.#first ? [this.#first] : []), ...(this.#others ?? [])]
  }
}
