import type { ReaderContext } from './reader.ts'

/** A server's number, then a session's, as its client would draw them by chance. */
export const sessionPath = ({ path, index }: ReaderContext): string =>
  `${path}/${String(index % 1000).padStart(3, '0')}/reader${index}`
