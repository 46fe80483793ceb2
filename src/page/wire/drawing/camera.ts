import { computed, signal } from '@preact/signals'
import { now } from '../../measure/clock.ts'

/** ms from top to foot. */
const SPANS = [500, 1000, 2000, 3000, 5000, 10_000, 20_000, 60_000]
const FIRST_SPAN_MS = 3000
/** The share of the visible time that stays free above and below a shown item. */
const EDGE = 0.15

/** The visible time of the drawing. */
export class Camera {
  readonly spanMs = signal(FIRST_SPAN_MS)
  /** The time at which the picture was paused, by the page's clock; null while it is live. */
  readonly heldAt = signal<number | null>(null)
  readonly isLive = computed(() => this.heldAt.value === null)

  get endAt(): number {
    return this.heldAt.peek() ?? now()
  }

  pause(): void {
    this.heldAt.value ??= now()
  }

  live(): void {
    this.heldAt.value = null
  }

  /** Moves forward or back by ms; at the present the picture becomes live. */
  scroll(ms: number): void {
    const to = this.endAt + ms
    this.heldAt.value = ms > 0 && to >= now() ? null : to
  }

  zoom(isCloser: boolean): void {
    const index = SPANS.indexOf(this.spanMs.peek()) + (isCloser ? -1 : 1)
    this.spanMs.value = SPANS[Math.max(0, Math.min(index, SPANS.length - 1))] ?? FIRST_SPAN_MS
  }

  /** Pauses the picture with these times visible. */
  show(from: number, to: number): void {
    const edgeMs = this.spanMs.peek() * EDGE
    const endAt = this.endAt
    const startAt = endAt - this.spanMs.peek()
    if (to > endAt - edgeMs / 4) this.heldAt.value = to + edgeMs
    else if (from < startAt + edgeMs) this.heldAt.value = from - edgeMs + this.spanMs.peek()
    else this.heldAt.value = endAt
  }
}
