import type { Batch, Cursor } from '../../protocol.ts'
import { sleep } from './time.ts'
import type { TransportTuning } from './transport.ts'

/** Asks, takes what there is, asks again when the interval is over; at once while there is more. */
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
    // The interval runs from question to question, as in the model: a slow answer does not stretch it.
    if (!batch?.more) await sleep(startedAt + tuning.intervalMs - performance.now(), signal)
  }
}
