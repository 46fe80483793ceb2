/**
 * Snapshot poll: a short poll whose answer is the whole window, or nothing while nothing changed. Latency and
 * request rate are those of a short poll; the bytes of an answer with news differ.
 */
import { messagesIn } from './path.ts'
import { emptyShare, type Polling } from './short-poll.ts'

/**
 * With Poisson arrivals a poll has news with probability 1 − e^(−λT), and its answer is then the whole window. Over the λT messages that a
 * poll brings: (h + (1 − e^(−λT)) (b + W m)) / (λT).
 *
 * @param bytes headerBytes: h, a request and its answer without a body; envelopeBytes: b, the body of an answer with news
 *   beside its messages; messageBytes: m, what one message adds to it, framing included
 * @param windowMessages W, constant: the room has at least as many
 */
export function bytesPerMessage(
  polling: Polling,
  bytes: { headerBytes: number; envelopeBytes: number; messageBytes: number },
  windowMessages: number,
): number {
  const windowBytes = bytes.envelopeBytes + windowMessages * bytes.messageBytes
  const sentAgain = (1 - emptyShare(polling)) * windowBytes
  return (bytes.headerBytes + sentAgain) / messagesIn(polling.ratePerS, polling.intervalMs)
}
