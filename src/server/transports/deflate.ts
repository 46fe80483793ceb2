import type { PerMessageDeflateOptions } from 'ws'

/**
 * permessage-deflate, RFC 7692. Each socket keeps its context from frame to frame: a chat's frames are too small to
 * compress much by themselves, and much alike. That is what costs memory:
 *
 * - to send, some 100 kB as measured, half of what a full window takes. By zlib's formula (zconf.h) it would be 32 KiB, but
 *   the zlib that Node has keeps a hash table of 64 KiB however small the window is;
 * - to receive, once a client has sent something, 2^15 + 7 KiB: with a smaller window, clients that cannot limit theirs
 *   (Firefox) would have to be refused.
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
