import { lstat, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as Type from 'typebox'
import { REPORT_ID_PATTERN, type ListedReport } from '../../protocol.ts'
import { DomainError } from '../errors/domain-error.ts'
import type { App } from '../http/app-types.ts'

/** The newest reports of the folder: their names begin with a time. */
const MAX_REPORTS = 100
/** A full run's report.json has about 2 MB. */
const MAX_FILE_BYTES = 16 * 1024 * 1024

const ID = new RegExp(REPORT_ID_PATTERN)
const params = Type.Object({ id: Type.String({ pattern: REPORT_ID_PATTERN }) })

/** The files of a report that are served, by the end of the path. */
const FILES = {
  '': { name: 'report.json', type: 'application/json' },
  '/coefficients': { name: 'coefficients.json', type: 'application/json' },
  '/page': { name: 'report.html', type: 'text/html; charset=utf-8' },
} as const

/**
 * The page of a report contains its script and its style. The sandbox gives the page an opaque origin, so its script reaches
 * neither this server nor the chat's storage in the browser.
 */
const PAGE_POLICY =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Lists and serves the benchmark's reports in a folder. An empty path serves none. */
export function mountReports(app: App, folder: string): void {
  app.get('/reports', async () => ({ reports: folder === '' ? [] : await listReports(folder) }))
  for (const [end, { name, type }] of Object.entries(FILES)) {
    app.get(`/reports/:id${end}`, { schema: { params } }, async (request, reply) => {
      const { id } = request.params
      const file = folder === '' ? null : await openFile(folder, id, name)
      if (!file) throw new DomainError('not-found', `there is no ${name} of a report ${id}`)
      reply.type(type).header('content-length', file.bytes).header('x-content-type-options', 'nosniff')
      if (end === '/page') reply.header('content-security-policy', PAGE_POLICY)
      return reply.send(file.content)
    })
  }
}

/** Newest first. A folder that does not exist has no reports. */
async function listReports(folder: string): Promise<ListedReport[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const ids = entries
    .filter((entry) => entry.isDirectory() && ID.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .reverse()
  const reports: ListedReport[] = []
  for (const id of ids) {
    if (reports.length === MAX_REPORTS) break
    const bytes = await sizeOf(folder, id, FILES[''].name)
    if (bytes === null) continue
    const [coefficients, page] = await Promise.all(
      (['/coefficients', '/page'] as const).map((end) => sizeOf(folder, id, FILES[end].name)),
    )
    reports.push({ id, bytes, hasCoefficients: coefficients !== null, hasPage: page !== null })
  }
  return reports
}

/** null for what is not served: no file, a link, or a file that is too large. */
async function sizeOf(folder: string, id: string, name: string): Promise<number | null> {
  try {
    const [parent, file] = await Promise.all([lstat(join(folder, id)), lstat(join(folder, id, name))])
    return parent.isDirectory() && file.isFile() && file.size <= MAX_FILE_BYTES ? file.size : null
  } catch {
    return null
  }
}

async function openFile(folder: string, id: string, name: string) {
  const bytes = await sizeOf(folder, id, name)
  if (bytes === null) return null
  const file = await open(join(folder, id, name)).catch(() => null)
  // The length is announced first: a file that grows after that is cut.
  return file && { bytes, content: file.createReadStream({ end: Math.max(0, bytes - 1) }) }
}
