import type { PerMessageDeflateOptions } from 'ws'
import { SERVER_WINDOW_BITS } from '../config/limits.ts'

/**
 * permessage-deflate, RFC 7692. Each socket keeps its compression context between frames: the frames of a chat are similar,
 * and too small to compress well alone. The context uses memory per socket:
 *
 * - to send, about 100 kB as measured, half of the memory for a full window. zlib's formula (zconf.h) gives 32 KiB, but Node's
 *   zlib keeps a hash table of 64 KiB for every window size;
 * - to receive, once a client has sent a frame, 2^15 + 7 KiB: with a smaller window, clients that cannot limit their window
 *   (Firefox) would have to be refused.
 *
 * The inflated size of a frame is limited by maxPayload, as for uncompressed frames.
 */
export const DEFLATE: PerMessageDeflateOptions = {
  serverMaxWindowBits: SERVER_WINDOW_BITS,
  zlibDeflateOptions: { memLevel: 5, chunkSize: 4096 },
  zlibInflateOptions: { chunkSize: 4096 },
  // zlib runs in the thread pool, of four threads by default. More calls wait in the queue of `ws`, where they use less memory.
  concurrencyLimit: 8,
}
