import { computed, signal } from '@preact/signals'
import { now } from '../../measure/clock.ts'

/** ms from top to foot. */
const SPANS = [500, 1000, 2000, 3000, 5000, 10_000, 20_000, 60_000]
const FIRST_SPAN_MS = 3000
/** Of what is looked at, that much stays above and below. */
const EDGE = 0.15

/** What stretch of time is looked at. */
export class Camera {
  readonly spanMs = signal(FIRST_SPAN_MS)
  /** Where the picture was held still, by the page's clock; null while it follows what happens. */
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

  /** Forth or back by ms; who comes to the present goes along with it. */
  scroll(ms: number): void {
    const to = this.endAt + ms
    this.heldAt.value = ms > 0 && to >= now() ? null : to
  }

  zoom(isCloser: boolean): void {
    const index = SPANS.indexOf(this.spanMs.peek()) + (isCloser ? -1 : 1)
    this.spanMs.value = SPANS[Math.max(0, Math.min(index, SPANS.length - 1))] ?? FIRST_SPAN_MS
  }

  /** Holds still, with these times within sight. */
  show(from: number, to: number): void {
    const edgeMs = this.spanMs.peek() * EDGE
    const endAt = this.endAt
    const startAt = endAt - this.spanMs.peek()
    if (to > endAt - edgeMs / 4) this.heldAt.value = to + edgeMs
    else if (from < startAt + edgeMs) this.heldAt.value = from - edgeMs + this.spanMs.peek()
    else this.heldAt.value = endAt
  }
}
