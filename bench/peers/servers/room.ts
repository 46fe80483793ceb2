/** How many messages a poll may be behind. */
const RING = 256

/** What the bare servers keep: the last messages by number, each as the JSON text that readers are sent. */
export class Room {
  #next = 1
  readonly #ring = new Array<string>(RING)

  /** @param body the JSON object that was posted @returns the same with its number */
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
