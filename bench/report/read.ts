import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Compile } from 'typebox/compile'
import { reportSchema, type Report } from './schema.ts'

/** What was given is no report, and the message says why. */
export class ReportError extends Error {
  override name = 'ReportError'
}

const compiled = Compile(reportSchema)
const MOST_COMPLAINTS = 5

/** @throws ReportError that names the fields */
export function checkReport(value: unknown, name: string): Report {
  if (compiled.Check(value)) return value
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
  if (version !== undefined && version !== 1) {
    throw new ReportError(`${name}: schemaVersion is ${JSON.stringify(version)}; this program reads version 1`)
  }
  const complaints = [
    ...new Set(
      compiled
        .Errors(value)
        .filter(({ keyword }) => keyword !== 'boolean')
        .map(({ instancePath, message }) => `${instancePath.slice(1).replaceAll('/', '.') || 'the file'} ${message}`),
    ),
  ]
  const more = complaints.length > MOST_COMPLAINTS ? [`and ${complaints.length - MOST_COMPLAINTS} more`] : []
  const said = [...complaints.slice(0, MOST_COMPLAINTS), ...more].join('; ')
  throw new ReportError(`${name}: not a report: ${said}`)
}

/**
 * Reads a report.json, or the one in a folder.
 *
 * @throws ReportError where there is none, or where it is not one
 */
export async function readReport(path: string): Promise<Report> {
  const file = (await isFolder(path)) ? join(path, 'report.json') : path
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ReportError(`${file}: cannot be read: ${reason(error)}`)
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ReportError(`${file}: not JSON: ${reason(error)}`)
  }
  return checkReport(value, file)
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    throw new ReportError(`${path}: cannot be read: ${reason(error)}`)
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && error.code === 'ENOENT' ? 'there is no such file' : error.message
}
