/**
 * Bytes on the wire for a number of bytes of TCP payload over IPv4: 20 bytes IP, 20 TCP, 12 for the timestamps that Linux puts
 * on every segment; 8 more of options on the two that carry SYN. `segments` counts all, both ways, bare ACKs and SYNs too.
 */
export function wireBytes(count: { applicationBytes: number; segments: number; synSegments: number }): number {
  return count.applicationBytes + 52 * count.segments + 8 * count.synSegments
}
