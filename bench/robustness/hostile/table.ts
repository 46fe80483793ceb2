import type { HostileResult } from './run-hostile.ts'

const HEAD = ['client', 'messages', 'p50', 'p99', 'RSS grew', 'left', 'descriptors', 'back after']

/** One line for the peace and for each hostile client: latencies of the honest member, and what the server held. */
export function tableOf({ peace, rows }: HostileResult): string {
  const ms = (value: number) => `${value.toFixed(1)} ms`
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
  const lines = [
    HEAD,
    ['none', String(peace.messages), ms(peace.p50Ms), ms(peace.p99Ms), '', '', '', ''],
    ...rows.map((row) => [
      row.kind,
      String(row.messages),
      ms(row.p50Ms),
      ms(row.p99Ms),
      mb(row.growthBytes),
      mb(row.leftBytes),
      String(row.descriptors),
      `${(row.recoveryMs / 1000).toFixed(1)} s`,
    ]),
  ]
  return lines
    .map((cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(20) : cell.padStart(12))).join(''))
    .join('\n')
}
