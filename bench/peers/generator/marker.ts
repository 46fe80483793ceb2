/**
 * Identifies a message inside any framing of a peer: `~~`, ten digits, `~~`. JSON escapes none of these characters, nor does
 * JSON inside JSON.
 */
const TILDE = 126
const ZERO = 48
const DIGITS = 10
export const MARKER_BYTES = 2 + DIGITS + 2

/** A text of `bytes` bytes that starts with the marker. */
export function textOf(sequence: number, bytes: number): string {
  return `~~${String(sequence).padStart(DIGITS, '0')}~~`.padEnd(bytes, ' word')
}

/** Calls `found` with each sequence number. @returns the end of the last complete marker, or `from` */
export function scan(bytes: Buffer, from: number, to: number, found: (sequence: number) => void): number {
  let end = from
  for (let at = from; at <= to - MARKER_BYTES; at++) {
    if (bytes[at] !== TILDE || bytes[at + 1] !== TILDE) continue
    if (bytes[at + MARKER_BYTES - 2] !== TILDE || bytes[at + MARKER_BYTES - 1] !== TILDE) continue
    let sequence = 0
    for (let digit = at + 2; digit < at + 2 + DIGITS; digit++) sequence = sequence * 10 + (bytes[digit] ?? 0) - ZERO
    found(sequence)
    end = at + MARKER_BYTES
    at = end - 1
  }
  return end
}
