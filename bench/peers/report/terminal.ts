import { painter } from '../../report/terminal.ts'
import { tableLines, tame, wrap } from '../../report/terminal-table.ts'
import type { PeersReport } from './schema.ts'
import { doubtsIn, kindTable, LEGEND } from './table.ts'
import { KIND_TITLES } from './words.ts'

export interface TerminalOptions {
  colour: boolean
  /** Columns. */
  width: number
}

/** The report for a terminal: a table for each kind, the peers with their settings, and what is missing. */
export function renderPeersTerminal(report: PeersReport, { colour, width }: TerminalOptions): string {
  const paint = painter(colour)
  const item = (words: string, sign = '·') => wrap(`${sign} ${tame(words)}`, Math.max(40, width), '  ')
  const { environment, parameters, peers, cells, missing, notInstalled } = report
  const { clients, payload, rounds, cycles } = parameters
  const lines = [
    paint('bold', `transport-playground beside its peers, ${report.startedAt}`),
    ...wrap(
      `${clients} readers of one room, ${payload} B of text, ${rounds} × ${cycles} cycles, ${report.durationS.toFixed(0)} s · Node ${environment.node} · ` +
        `${environment.cores} × ${environment.cpu} · ${environment.commit} · ` +
        (environment.pinned ? 'server and generator on a core each' : 'not pinned: no taskset, or one core'),
      Math.max(40, width),
    ).map((line) => paint('dim', line)),
    ...parameters.kinds.flatMap((kind) => {
      const own = cells.filter((cell) => cell.kind === kind)
      if (own.length === 0) return []
      const { head, rows } = kindTable(own, report)
      const columns = head.map((words, i) => ({ head: words, align: i === 0 ? ('left' as const) : ('right' as const) }))
      return [
        '',
        paint('bold', KIND_TITLES[kind]),
        ...tableLines(columns, rows, (words, row, column) =>
          row < 0 ? paint('dim', words) : column === 0 ? paint('bold', words) : words,
        ),
        ...doubtsIn(own).flatMap((words) => item(words, '◇')),
      ]
    }),
    '',
    ...wrap(LEGEND, Math.max(40, width)).map((line) => paint('dim', line)),
    '',
    paint('bold', 'servers'),
    ...peers.flatMap(({ name, version, settings, lacks }) =>
      item(`${name} ${version}: ${settings}. Compared with this project: ${lacks}.`),
    ),
    ...(notInstalled.length > 0 ? ['', paint('bold', 'not installed')] : []),
    ...notInstalled.flatMap(({ name, command }) => item(`${name}: ${command}`, '◇')),
    ...(missing.length > 0 ? ['', paint('bold', 'missing'), ...missing.flatMap((words) => item(words, '◇'))] : []),
  ]
  return `${lines.join('\n')}\n`
}
