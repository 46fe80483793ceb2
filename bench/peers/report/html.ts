import { escapeHtml } from '../../report/escape.ts'
import { style } from '../../report/page/style.ts'
import { paragraph, tableOf } from '../../report/page/words.ts'
import { tokens } from '../../report/tokens.ts'
import { kindFigure } from './figures.ts'
import type { PeersReport } from './schema.ts'
import { doubtsIn, kindTable, LEGEND } from './table.ts'
import { KIND_TITLES } from './words.ts'

const TITLE = 'transport-playground beside its peers'
const POLICY = `default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'`

/** A self-contained page without script, with the colours, fonts and plots of the suite's report. */
export function renderPeersHtml(report: PeersReport): string {
  return `<!doctype html>
<html lang="en" data-lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(TITLE)}</title>
<style>${tokens()}${style}</style>
</head>
<body>
<main class="page" lang="en">${body(report)}</main>
</body>
</html>
`
}

function body(report: PeersReport): string {
  const { parameters, cells, missing, notInstalled } = report
  return [
    `<header class="lead"><h1>${escapeHtml(TITLE)}</h1>${paragraph(lead(report))}</header>`,
    ...parameters.kinds.flatMap((kind) => {
      const own = cells.filter((cell) => cell.kind === kind)
      if (own.length === 0) return []
      const doubts = doubtsIn(own).map((words) => paragraph(`◇ ${words}`, 'note'))
      return [
        `<section id="${kind}"><h2>${escapeHtml(KIND_TITLES[kind])}</h2>`,
        `<section class="figure"><figure>${kindFigure(kind, own)}</figure></section>`,
        `${tableOf(kindTable(own, report))}${doubts.join('')}</section>`,
      ]
    }),
    paragraph(LEGEND, 'quiet'),
    section('Servers', peersTable(report)),
    ...(notInstalled.length > 0
      ? [section('Not installed', list(notInstalled.map(({ name, command }) => `${name}: ${command}`)))]
      : []),
    ...(missing.length > 0 ? [section('Missing', list(missing))] : []),
    section('Where', environment(report)),
  ].join('')
}

const section = (title: string, content: string): string => `<section><h2>${escapeHtml(title)}</h2>${content}</section>`

const list = (items: readonly string[]): string =>
  `<ul>${items.map((words) => `<li>${escapeHtml(words)}</li>`).join('')}</ul>`

function lead({ parameters, startedAt, durationS }: PeersReport): string {
  const { clients, payload, rounds, cycles, slice } = parameters
  return (
    `${startedAt.slice(0, 10)}, ${durationS.toFixed(0)} s. One room, ${clients} readers, ${payload} B of text; each message reaches each ` +
    `reader once and in order. ${rounds} × ${cycles} cycles of slices of ${slice} ms, all servers in turn.`
  )
}

function peersTable({ peers }: PeersReport): string {
  const head = ['server', 'settings', 'compared with this project', 'version']
  const fields = (words: readonly string[]) =>
    words.map((one, i) => `<td data-head="${escapeHtml(head[i + 1] ?? '')}">${escapeHtml(one)}</td>`).join('')
  const rows = peers.map(
    ({ name, version, settings, lacks }) =>
      `<tr><th scope="row">${escapeHtml(name)}</th>${fields([settings, lacks, version])}</tr>`,
  )
  const top = head.map((words) => `<th scope="col">${escapeHtml(words)}</th>`).join('')
  return `<div class="scroll"><table class="words"><thead><tr>${top}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

function environment({ environment: machine, command }: PeersReport): string {
  const rows = [
    ['command', command],
    ['commit', machine.commit],
    ['Node', machine.node],
    ['platform', machine.platform],
    ['processor', `${machine.cores} × ${machine.cpu}`],
    ['load average before', machine.loadAverage.toFixed(2)],
    ['cores', machine.pinned ? 'server and generator on one each' : 'not pinned'],
  ]
  return tableOf({ head: [], rows }, 'pairs')
}
