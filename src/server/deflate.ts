import type { PerMessageDeflateOptions } from 'ws'

/**
 * permessage-deflate, RFC 7692. Each socket keeps its context from frame to frame: a chat's frames are too small to
 * compress much by themselves, and much alike. That is what costs memory, by zlib's own formulas (zconf.h):
 *
 * - to send, 2^(windowBits + 2) + 2^(memLevel + 9) bytes: 32 KiB here, where zlib would take 256;
 * - to receive, 2^15 + 7 KiB: with a smaller window, clients that cannot limit theirs (Firefox) would have to be refused.
 *
 * What a frame may be inflated to is bounded by maxPayload, as for one that was never compressed.
 */
export const DEFLATE: PerMessageDeflateOptions = {
  serverMaxWindowBits: 12,
  zlibDeflateOptions: { memLevel: 5, chunkSize: 4096 },
  zlibInflateOptions: { chunkSize: 4096 },
  // zlib runs in threads, of which Node has four; more calls than these wait here, and not in memory there.
  concurrencyLimit: 8,
}
