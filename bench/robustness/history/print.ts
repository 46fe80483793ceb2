import type { Entry, History } from './history.ts'
import type { Violation } from './violation.ts'

/** Lines printed of a shortened history; entries about membership and transport can still be many. */
const MAX_LINES = 80

/** The history as text, one entry a line, in the order of time; the entry of the violation is marked. */
export function printHistory({ clients, faults }: History, violation: Violation): string {
  const lines = [
    ...clients.flatMap(({ client, entries }) =>
      entries.map((entry) => ({ atMs: entry.atMs, who: client, what: describe(entry) })),
    ),
    ...faults.map(({ atMs, what }) => ({ atMs, who: 'FAULT', what })),
  ].sort((a, b) => a.atMs - b.atMs)
  // Without the violation in sight the text explains nothing.
  const around = lines.findIndex(({ atMs }) => atMs >= violation.atMs)
  const start = Math.max(0, Math.min(around - MAX_LINES / 2, lines.length - MAX_LINES))
  const shown = lines.slice(start, start + MAX_LINES)
  return [
    `${violation.kind}: ${violation.client}, ${violation.id}: ${violation.detail}`,
    ...shown.map(({ atMs, who, what }) => {
      const mark = who === violation.client && atMs === violation.atMs ? '>' : ' '
      return `${mark} ${atMs.toFixed(0).padStart(8)} ms  ${who.padEnd(10)} ${what}`
    }),
    ...(shown.length < lines.length ? [`  ${lines.length - shown.length} other lines left out`] : []),
  ].join('\n')
}

function describe(entry: Entry): string {
  if (entry.kind === 'delivered') {
    const { epoch, seq, id, type, from, to, text } = entry
    const parties =
      from === undefined ? '' : ` from ${from}${to === undefined ? '' : ` to ${to}`}: ${JSON.stringify(text)}`
    return `delivered ${epoch}.${seq} ${id} ${type}${parties}`
  }
  const details = Object.entries(entry).filter(([field]) => field !== 'kind' && field !== 'atMs')
  return `${entry.kind} ${details.map(([, value]) => String(value)).join(' ')}`
}
