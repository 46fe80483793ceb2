import type { Batch, Cursor } from '../../protocol.ts'
import { sleep } from './time.ts'
import type { TransportTuning } from './transport.ts'

/** Polls, yields the batch, and polls again when the interval is over, or at once while there is more. */
export async function* atIntervals(
  tuning: Readonly<TransportTuning>,
  cursor: Cursor | null,
  signal: AbortSignal,
  poll: (cursor: Cursor | null) => Promise<Batch | null>,
): AsyncGenerator<Batch, void, undefined> {
  for (;;) {
    const startedAt = performance.now()
    const batch = await poll(cursor)
    if (batch) {
      cursor = batch.cursor
      yield batch
    }
    // The interval runs from poll to poll, as in the model: a slow answer does not lengthen it.
    if (!batch?.more) await sleep(Math.max(0, startedAt + tuning.intervalMs - performance.now()), signal)
  }
}
