import type { Coefficients } from '../../models/coefficients.ts'
import type { ReportFacts } from '../../models/report-cells.ts'
import { REPORT_ID_PATTERN, type ListedReport } from '../../protocol.ts'

/** The name of the report that comes with the package, in the place of an id. Reports of a server begin with a digit. */
export const SHIPPED = 'shipped'

export interface ReportEntry {
  id: string
  hasCoefficients: boolean
  hasPage: boolean
}

const SHIPPED_ENTRY: ReportEntry = { id: SHIPPED, hasCoefficients: true, hasPage: false }

const ID = new RegExp(REPORT_ID_PATTERN)

/** Relative: a proxy may serve the page below a path. */
const pathsOf = (id: string) =>
  id === SHIPPED
    ? { report: 'shipped-report/report.json', coefficients: 'shipped-report/coefficients.json' }
    : { report: `reports/${id}`, coefficients: `reports/${id}/coefficients` }

export const pageOf = (id: string): string => `reports/${id}/page`

async function load(path: string): Promise<unknown> {
  const answer = await fetch(path)
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return answer.json()
}

/** The reports of this server, newest first, and the one of the package as the last. */
export async function listReports(): Promise<ReportEntry[]> {
  const own = await load('reports').then(
    (answer) => (answer as { reports: ListedReport[] }).reports,
    // A server without this route has the page's report at least.
    () => [],
  )
  return [...own.filter(({ id }) => id !== SHIPPED), SHIPPED_ENTRY]
}

/** @throws Error for an id that names no report */
export async function loadReport(id: string): Promise<ReportFacts> {
  if (!ID.test(id)) throw new Error(`${id} is no report`)
  const report = (await load(pathsOf(id).report)) as ReportFacts & { schemaVersion: unknown }
  if (report.schemaVersion !== 1) throw new Error(`${id}: version ${String(report.schemaVersion)}`)
  return report
}

/** @throws Error for a report without coefficients */
export async function loadCoefficients(id: string): Promise<Coefficients> {
  if (!ID.test(id)) throw new Error(`${id} is no report`)
  const coefficients = await load(pathsOf(id).coefficients)
  if (!hasCosts(coefficients)) throw new Error(`${id}: costs of another version`)
  return coefficients
}

/** Costs that another version of the benchmark wrote may lack a number, which would make every prediction NaN. */
function hasCosts(value: unknown): value is Coefficients {
  const { schemaVersion, process, transports } = value as Partial<Coefficients>
  const areNumbers = (costs: object | undefined, names: readonly string[]) =>
    costs !== undefined && names.every((name) => Number.isFinite((costs as Record<string, unknown>)[name]))
  return (
    schemaVersion === 1 &&
    areNumbers(process, ['publishUs', 'memoryBytes', 'files']) &&
    Object.values(transports ?? {}).every(
      ({ cpu, bytes }) =>
        areNumbers(cpu, ['messageUs', 'requestUs', 'answerUs', 'coldUs', 'warmMs', 'frameUs']) &&
        areNumbers(bytes, ['requestBytes', 'emptyAnswerBytes', 'answerBytes', 'messageBytes']),
    )
  )
}
