import type { Problem } from '../protocol.ts'

/** How an arrival is told: for the first time or when asked for, or by itself after the server had forgotten us. */
export type Greeting = 'connected' | 'rejoined'

/** Decides whether a tab comes into the room again by itself when a life of it has ended there. */
export class Returning {
  /** The member itself wants this life to end. */
  isEndAsked = false
  /** This life has been brought something: its token was good. */
  #hasHeard = false
  #isUnderWay = false
  #greeting: Greeting | null = 'connected'

  /** A life begins. `isEndAsked`: what it is going to say first asks for its end. */
  began(isEndAsked: boolean): void {
    this.#hasHeard = false
    this.isEndAsked = isEndAsked
  }

  /** Something was brought. @returns how to tell of the arrival, when that was not told yet */
  heard(): Greeting | null {
    const greeting = this.#greeting
    this.#hasHeard = true
    this.#isUnderWay = false
    this.#greeting = null
    return greeting
  }

  /** The life is over, by the server's word. @returns whether another one begins */
  ended({ status }: Problem): boolean {
    // A server that was started anew knows nobody: come in again. A token kept from an earlier visit may be out of date
    // too: then nobody needs to be told. Never twice without having been brought something in between.
    const isForgotten = status === 401 || (status === 410 && !this.#hasHeard)
    if (!isForgotten || this.#isUnderWay || this.isEndAsked) return false
    this.#isUnderWay = true
    this.#greeting = this.#hasHeard ? 'rejoined' : 'connected'
    return true
  }

  /** Somebody asked to come in again. */
  asked(): void {
    this.#greeting = 'connected'
  }
}
