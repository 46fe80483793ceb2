/** ms between two looks at the clock. */
const LOOK_MS = 20
/** A timer that is late by less is as usual. */
const USUAL_MS = 5

/** Measures how long this page does not run, while other work or another program keeps it waiting. */
export class PageWatch {
  readonly #startedAt = performance.now()
  #dueAt = performance.now() + LOOK_MS
  #timer: ReturnType<typeof setTimeout>
  #delayMs2 = 0
  longestMs = 0
  wasHidden = document.hidden

  constructor() {
    this.#timer = setTimeout(() => this.#look(), LOOK_MS)
    document.addEventListener('visibilitychange', this.#hide)
  }

  /** ms that something at a random moment waits, on average: of a stall of s ms in t ms, s/t × s/2. */
  get meanMs(): number {
    return this.#delayMs2 / Math.max(1, performance.now() - this.#startedAt)
  }

  stop(): void {
    clearTimeout(this.#timer)
    document.removeEventListener('visibilitychange', this.#hide)
  }

  readonly #hide = (): void => {
    this.wasHidden ||= document.hidden
  }

  #look(): void {
    const at = performance.now()
    const lateMs = at - this.#dueAt
    if (lateMs > USUAL_MS) this.#delayMs2 += lateMs ** 2 / 2
    this.longestMs = Math.max(this.longestMs, lateMs)
    this.#dueAt = at + LOOK_MS
    this.#timer = setTimeout(() => this.#look(), LOOK_MS)
  }
}
