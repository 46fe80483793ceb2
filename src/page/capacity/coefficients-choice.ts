import type { Coefficients } from '../../models/coefficients.ts'
import { transportsThat } from '../../transports.ts'
import { listReports, loadCoefficients, SHIPPED, type ReportEntry } from '../reports/report-source.ts'

/** Coefficients, and the report from which they come. */
export interface ChosenCoefficients {
  id: string
  coefficients: Coefficients
  /** Reports with coefficients, for another choice. */
  choices: ReportEntry[]
}

/** The transports that the guides compare. */
export const COMPARED = transportsThat(({ isCommon }) => isCommon === true)

const isComplete = ({ transports }: Coefficients): boolean => COMPARED.every((name) => transports[name] !== undefined)

/** Own reports that are looked at: most runs of the suite measure three transports only. */
const MAX_LOOKED_AT = 5

/**
 * The coefficients of `wantedId`; by default those of the newest report of this server that has all compared transports, if that is
 * newer than the package's report.
 */
export async function chooseCoefficients(wantedId: string | undefined): Promise<ChosenCoefficients> {
  const choices = (await listReports()).filter(({ hasCoefficients }) => hasCoefficients)
  if (wantedId !== undefined && choices.some(({ id }) => id === wantedId)) {
    return { id: wantedId, coefficients: await loadCoefficients(wantedId), choices }
  }
  const shipped = await loadCoefficients(SHIPPED)
  for (const { id } of choices.filter((one) => one.id !== SHIPPED).slice(0, MAX_LOOKED_AT)) {
    const own = await loadCoefficients(id).catch(() => null)
    if (own && isComplete(own) && own.measuredAt > shipped.measuredAt) return { id, coefficients: own, choices }
  }
  return { id: SHIPPED, coefficients: shipped, choices }
}
