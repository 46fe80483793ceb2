import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Coefficients } from '../../src/models/coefficients.ts'
import { renderCsv } from './csv.ts'
import { renderHtml } from './html.ts'
import type { Report } from './schema.ts'

export interface ReportPaths {
  json: string
  csv: string
  html: string
  /** null without coefficients. */
  coefficients: string | null
}

const MAX_IN_ONE_SECOND = 100
const COEFFICIENTS = 'coefficients.json'

/**
 * Writes `<outDir>/<time>/report.json`, `.csv` and `.html`, and coefficients.json where there are coefficients: all files appear
 * at the same time, or none.
 */
export async function writeReport(
  report: Report,
  outDir: string,
  coefficients: Coefficients | null = null,
): Promise<ReportPaths> {
  const draft = join(outDir, `.report-${randomUUID()}`)
  await mkdir(draft, { recursive: true })
  try {
    await Promise.all([
      writeFile(join(draft, 'report.json'), `${JSON.stringify(report, null, 1)}\n`),
      writeFile(join(draft, 'report.csv'), renderCsv(report)),
      writeFile(join(draft, 'report.html'), renderHtml(report)),
      ...(coefficients ? [writeFile(join(draft, COEFFICIENTS), `${JSON.stringify(coefficients, null, 1)}\n`)] : []),
    ])
    const folder = await settle(draft, join(outDir, folderName(report.startedAt)))
    return {
      json: join(folder, 'report.json'),
      csv: join(folder, 'report.csv'),
      html: join(folder, 'report.html'),
      coefficients: coefficients ? join(folder, COEFFICIENTS) : null,
    }
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

/** A time that every file system accepts as a name: 2026-11-21T05-00-24Z. */
function folderName(startedAt: string): string {
  const at = new Date(startedAt)
  const text = Number.isNaN(at.getTime()) ? startedAt : at.toISOString().replace(/\.\d+/, '')
  return text.replace(/[^0-9A-Za-z-]/g, '-')
}

/** Renaming onto a folder with files fails, so no report is overwritten. */
async function settle(draft: string, wanted: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const folder = attempt === 1 ? wanted : `${wanted}-${attempt}`
    try {
      await rename(draft, folder)
      return folder
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && ['ENOTEMPTY', 'EEXIST'].includes(String(error.code))
      if (!isTaken || attempt === MAX_IN_ONE_SECOND) throw error
    }
  }
}
