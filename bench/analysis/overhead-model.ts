import { SETTINGS } from '../../src/server/config/settings.ts'
import { ARRIVAL_MODELS, type Arrivals } from './arrivals-model.ts'
import { kindOf } from './kind.ts'
import * as models from '../../src/models/index.ts'
import { isTransport, TRANSPORT_TRAITS } from '../../src/transports.ts'
import type { ByteSplit, Cell } from '../report/schema.ts'

interface ModelInput {
  cells: readonly Cell[]
  gapMs: number
  arrivals: Arrivals
  /** Length of a cursor at the end of the cell. */
  cursorBytes: number
}

/**
 * Predicts the cost of a transport from the cell of another. Bytes of a stream follow from WebSocket, which sends the same batch.
 * Bytes of a snapshot follow from short-poll, whose messages have the same size. Requests follow from the rate alone.
 */
export function overheadModel(cell: Cell, { cells, gapMs, arrivals, cursorBytes }: ModelInput): Record<string, number> {
  const { subject, ratePerS, intervalMs = 0, holdMs = 0 } = cell
  const of = (other: string) => cells.find((one) => one.scenario === 'overhead' && one.subject === other)
  const kind = kindOf(subject)
  const traits = isTransport(subject) ? TRANSPORT_TRAITS[subject] : null
  if (kind === 'held') {
    return { requestsPerMessage: ARRIVAL_MODELS[arrivals].longPoll.requestsPerMessage({ ratePerS, gapMs, holdMs }) }
  }
  const polling = { ratePerS, intervalMs: Math.max(intervalMs, gapMs) }
  if (kind === 'interval') {
    const perPoll = traits?.isSnapshot ? shortPollBytes(of('short-poll'), cursorBytes) : null
    return {
      requestsPerMessage: models.shortPoll.requestsPerMessage(polling),
      ...(perPoll
        ? { bytesPerMessage: models.snapshotPoll.bytesPerMessage(polling, perPoll, SETTINGS.history.default) }
        : {}),
    }
  }
  const pushed = of('websocket')?.bytes?.perMessage.application.value
  const framing = traits?.mode === 'streaming' && subject !== 'websocket' ? traits.framing : null
  const bytes = framing === null ? null : models.pushedBytes[framing]
  return {
    requestsPerMessage: 0,
    ...(bytes && pushed !== undefined
      ? { bytesPerMessage: bytes({ batchBytes: models.batchInFrame(pushed), cursorBytes }) }
      : {}),
  }
}

const bodyBytes = ({ framing, envelope = 0, payload }: ByteSplit): number => framing + envelope + payload

/** Bytes of the headers of one poll, of the envelope of an answer with events, and of one message. */
function shortPollBytes(cell: Cell | undefined, cursorBytes: number) {
  if (!cell?.bytes || cell.counts.requests === 0 || cell.counts.delivered === 0) return null
  const { up, down } = cell.bytes
  const { requests, empty, delivered } = cell.counts
  const envelopeBytes = models.envelopeBytes(cursorBytes)
  return {
    headerBytes: (up.headers + down.headers) / requests,
    envelopeBytes,
    messageBytes: (bodyBytes(up) + bodyBytes(down) - (requests - empty) * envelopeBytes) / delivered,
  }
}
