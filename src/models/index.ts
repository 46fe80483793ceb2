/**
 * Theoretical values of each transport, to print beside measured values. Pure functions; names carry the units, and a share
 * is 0 to 1. Latencies run from "stored at the server" to "received by the client"; the publisher's path to the server is additional.
 */
export * as bytes from './bytes.ts'
export * as crossovers from './crossovers.ts'
export * as fanOut from './fan-out.ts'
export * from './framing.ts'
export * as knownArrivals from './known-arrivals.ts'
export * as longPollPeriodic from './long-poll-periodic.ts'
export * as longPoll from './long-poll.ts'
export * as naivePoll from './naive-poll.ts'
export * as overload from './overload.ts'
export * from './path.ts'
export * as push from './push.ts'
export * from './root.ts'
export * as reconnects from './reconnects.ts'
export * as saturation from './saturation.ts'
export * as shortPoll from './short-poll.ts'
export * as snapshotPoll from './snapshot-poll.ts'
