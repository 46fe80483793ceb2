/** A poll can be this many messages behind. */
const RING = 256

/** The last messages of a bare server, by number, as JSON. */
export class Room {
  #next = 1
  readonly #ring = new Array<string>(RING)

  /** @param body a JSON object @returns the same object with its number */
  add(body: string): string {
    const id = this.#next++
    const message = JSON.stringify({ ...(JSON.parse(body) as object), id })
    this.#ring[id % RING] = message
    return message
  }

  hasAfter(id: number): boolean {
    return id < this.#next - 1
  }

  /** A JSON array. */
  after(id: number): string {
    const messages: string[] = []
    for (let at = Math.max(id + 1, this.#next - RING); at < this.#next; at++) messages.push(this.#ring[at % RING] ?? '')
    return `[${messages.join(',')}]`
  }
}
