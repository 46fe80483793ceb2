import type { MountTransport } from '../http/app-types.ts'
import { mountPoll } from './poll.ts'

/** Answers when there is a batch to deliver, or when the hold expires. */
export const longPoll: MountTransport = (app, path, transport, { hold }) =>
  mountPoll(app, path, transport, (askedMs = hold) => Math.min(askedMs, hold))
