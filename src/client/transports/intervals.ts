import type { Batch, Cursor } from '../../protocol.ts'
import { sleep } from './time.ts'
import type { TransportTuning } from './transport.ts'

/** Asks, takes what there is, asks again when the interval is over; at once while there is more. */
export async function* atIntervals(
  tuning: Readonly<TransportTuning>,
  cursor: Cursor | null,
  signal: AbortSignal,
  ask: (cursor: Cursor | null) => Promise<Batch | null>,
): AsyncGenerator<Batch, void, undefined> {
  for (;;) {
    const askedAt = performance.now()
    const batch = await ask(cursor)
    if (batch) {
      cursor = batch.cursor
      yield batch
    }
    // The interval runs from question to question, as in the model: a slow answer does not stretch it.
    if (!batch?.more) await sleep(askedAt + tuning.intervalMs - performance.now(), signal)
  }
}
