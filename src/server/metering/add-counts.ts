import type { ByteSplit, Counts } from '../../meter.ts'

export function addBytes(to: ByteSplit, { headers, framing, envelope, payload }: ByteSplit): void {
  to.headers += headers
  to.framing += framing
  to.envelope += envelope
  to.payload += payload
}

export function addCounts(to: Counts, from: Counts): void {
  for (const key of ['requests', 'polls', 'empty', 'frames', 'opened', 'delivered', 'opening'] as const)
    to[key] += from[key]
  addBytes(to.up, from.up)
  addBytes(to.down, from.down)
}
