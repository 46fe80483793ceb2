/**
 * A WebSocket frame's head (RFC 6455 section 5.2): 2 bytes; 2 more from 126 bytes of payload on, 8 more instead from
 * 65,536 on; 4 more for the mask that every frame from a client carries. Without extensions (permessage-deflate is off).
 */
export function frameHeadBytes(payloadBytes: number, direction: 'up' | 'down'): number {
  const length = payloadBytes < 126 ? 0 : payloadBytes < 65_536 ? 2 : 8
  return 2 + length + (direction === 'up' ? 4 : 0)
}

/**
 * Bytes on the wire for a number of bytes of TCP payload over IPv4: 20 bytes IP, 20 TCP, 12 for the timestamps that Linux puts
 * on every segment; 8 more of options on the two that carry SYN. `segments` counts all, both ways, bare ACKs and SYNs too.
 */
export function wireBytes(count: { applicationBytes: number; segments: number; synSegments: number }): number {
  return count.applicationBytes + 52 * count.segments + 8 * count.synSegments
}
