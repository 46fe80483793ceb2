import type { MountTransport } from '../http/app-types.ts'
import { mountPoll } from './poll.ts'

/** Answers at once, with or without events. */
export const shortPoll: MountTransport = (app, path, transport, config) =>
  mountPoll(app, path, transport, config, () => 0)
