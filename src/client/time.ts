/**
 * Settles after `ms`; rejects with the signal's reason when it aborts first. Takes its listener back either way, so that
 * a long-lived signal does not collect them.
 */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
      finish()
    }
    const aborted = settle(() => reject(signal.reason as Error))
    const timer = setTimeout(settle(resolve), ms)
    signal.addEventListener('abort', aborted)
    if (signal.aborted) aborted()
  })
}

/** A signal that aborts with `signal` or after `ms`; `release` takes the timer and the listener back. */
export function deadline(signal: AbortSignal, ms: number, why: Error): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController()
  const aborted = () => controller.abort(signal.reason)
  const timer = setTimeout(() => controller.abort(why), ms)
  signal.addEventListener('abort', aborted)
  if (signal.aborted) aborted()
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', aborted)
    },
  }
}
