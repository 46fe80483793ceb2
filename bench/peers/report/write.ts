import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { renderPeersHtml } from './html.ts'
import type { PeersReport } from './schema.ts'

interface Wanted {
  out: string
  /** File names that replace the default ones. */
  json?: string
  html?: string
}

/** Writes `<out>/<time>-peers/peers.json` and `peers.html`, or the files that were asked for. @returns their paths */
export async function writePeersReport(report: PeersReport, { out, json, html }: Wanted): Promise<string[]> {
  const folder = join(out, `${report.startedAt.replace(/\.\d+/, '').replaceAll(':', '-')}-peers`)
  const files: [string, string][] = [
    [json ?? join(folder, 'peers.json'), `${JSON.stringify(report, null, 1)}\n`],
    [html ?? join(folder, 'peers.html'), renderPeersHtml(report)],
  ]
  for (const [path, text] of files) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  return files.map(([path]) => path)
}
