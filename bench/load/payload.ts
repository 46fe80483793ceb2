/**
 * What a measured message carries: its number, and the moment at which its publisher *meant* to send it. CLOCK_MONOTONIC
 * agrees across the processes of one host, so that the subscriber can subtract.
 */
export interface Stamp {
  index: number
  intendedNs: bigint
}

export const now = (): bigint => process.hrtime.bigint()

/** @throws RangeError when the stamp does not fit into so many bytes */
export function writeStamp({ index, intendedNs }: Stamp, bytes: number): string {
  const stamp = `${index}:${intendedNs}:`
  if (stamp.length > bytes) throw new RangeError(`payload ${bytes} is not allowed: a stamp takes ${stamp.length} bytes`)
  return stamp.padEnd(bytes, '.')
}

/** null for a text that no publisher of ours wrote. */
export function readStamp(text: string): Stamp | null {
  const [index, intendedNs, rest] = text.split(':', 3)
  if (index === undefined || intendedNs === undefined || rest === undefined || !/^\d+$/.test(index)) return null
  return { index: Number(index), intendedNs: BigInt(intendedNs) }
}
