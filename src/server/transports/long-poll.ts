import type { MountTransport } from '../http/app-types.ts'
import { mountPoll } from './poll.ts'

/** Answers when there is a batch to deliver, or when the hold expires. */
export const longPoll: MountTransport = (app, path, transport, config) =>
  mountPoll(app, path, transport, config, (askedMs = config.hold) => Math.min(askedMs, config.hold))
