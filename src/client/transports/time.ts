/** The longest time of a timer, in ms: 2^31 − 1. A longer timer fires at once. */
const MAX_TIMER_MS = 2_147_483_647

/**
 * Settles after `ms`; rejects with the signal's reason when it aborts first. Removes its listener in both cases, so that a
 * long-lived signal does not collect listeners.
 */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      finish()
    }
    const aborted = settle(() => reject(signal.reason as Error))
    const timer = setTimeout(settle(resolve), Math.min(ms, MAX_TIMER_MS))
    signal.addEventListener('abort', aborted)
    if (signal.aborted) aborted()
  })
}

export interface Deadline {
  signal: AbortSignal
  /** The deadline is met: after this, the signal aborts with its parent only. */
  cancelTimer: () => void
  /** Aborts with `reason` after `ms` without another call. Without arguments: the same ms again. */
  restart: (ms?: number, reason?: Error) => void
  /** Removes the timer and the listener. */
  release: () => void
}

/** A signal that aborts after `ms`, or with its parent where it has one. */
export function deadline(parent: AbortSignal | undefined, ms: number, reason: Error): Deadline {
  const controller = new AbortController()
  const aborted = () => controller.abort(parent?.reason)
  let [lastMs, lastReason] = [ms, reason]
  const start = () => setTimeout(() => controller.abort(lastReason), lastMs)
  let timer = start()
  parent?.addEventListener('abort', aborted)
  if (parent?.aborted) aborted()
  return {
    signal: controller.signal,
    cancelTimer: () => clearTimeout(timer),
    restart: (newMs = lastMs, newReason = lastReason) => {
      clearTimeout(timer)
      ;[lastMs, lastReason] = [newMs, newReason]
      if (lastMs <= MAX_TIMER_MS) timer = start()
    },
    release: () => {
      clearTimeout(timer)
      parent?.removeEventListener('abort', aborted)
    },
  }
}
