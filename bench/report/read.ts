import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Compile } from 'typebox/compile'
import { reportSchema, type Report } from './schema.ts'

/** The input is not a report; the message gives the reason. */
export class ReportError extends Error {
  override name = 'ReportError'
}

const compiled = Compile(reportSchema)
const MAX_ERRORS = 5

/**
 * Accepts older reports, which call the raw client `lean`.
 *
 * @throws ReportError with the wrong fields
 */
export function checkReport(input: unknown, name: string): Report {
  const value = withRawClient(input)
  if (compiled.Check(value)) return value
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
  if (version !== undefined && version !== 1) {
    throw new ReportError(`${name}: schemaVersion is ${JSON.stringify(version)}; this program reads version 1`)
  }
  const errors = [
    ...new Set(
      compiled
        .Errors(value)
        .filter(({ keyword }) => keyword !== 'boolean')
        .map(({ instancePath, message }) => `${instancePath.slice(1).replaceAll('/', '.') || 'the file'} ${message}`),
    ),
  ]
  const more = errors.length > MAX_ERRORS ? [`and ${errors.length - MAX_ERRORS} more`] : []
  const message = [...errors.slice(0, MAX_ERRORS), ...more].join('; ')
  throw new ReportError(`${name}: not a report: ${message}`)
}

/**
 * Reads a report.json, or the one in a folder.
 *
 * @throws ReportError when there is no report
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

function withRawClient(input: unknown): unknown {
  const cells = (input as { cells?: unknown } | null)?.cells
  if (!Array.isArray(cells)) return input
  const renamed = cells.map((cell: { client?: unknown } | null) =>
    cell?.client === 'lean' ? { ...cell, client: 'raw' } : cell,
  )
  return { ...(input as object), cells: renamed }
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
