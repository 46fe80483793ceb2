import type { ReaderContext } from './reader.ts'

/** The prefix, a server number and a session id; the SockJS client draws both at random. */
export const sessionPath = ({ path, index }: ReaderContext): string =>
  `${path}/${String(index % 1000).padStart(3, '0')}/reader${index}`
