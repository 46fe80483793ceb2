import { Command, CommanderError } from 'commander'
import { renderComparison } from '../report/compare-terminal.ts'
import { compareReports } from '../../src/models/report-comparison.ts'
import { readReport, ReportError } from '../report/read.ts'

/** Exit statuses. */
export const STATUS = { same: 0, different: 1, notComparable: 2 } as const

export interface Streams {
  out: (text: string) => void
  err: (text: string) => void
  colour: boolean
  width: number
}

/** Reads two reports and prints their differences. User errors are printed, not thrown. @returns the exit status */
export async function compareCommand(argv: readonly string[], { out, err, colour, width }: Streams): Promise<number> {
  const command = new Command('npm run bench:compare --')
    .description('Compares two reports of the suite, cell by cell.')
    .argument('<A>', 'a report.json or its folder')
    .argument('<B>', 'the report to compare with')
    .addHelpText('after', '\nExit status: 0 no difference, 1 a difference, 2 not comparable or not readable.')
    .allowExcessArguments(false)
    .showHelpAfterError('(--help lists the arguments)')
    .configureOutput({ writeOut: out, writeErr: err })
    .exitOverride()
  try {
    command.parse(argv, { from: 'user' })
    const [pathA = '', pathB = ''] = command.args
    const [a, b] = await Promise.all([readReport(pathA), readReport(pathB)])
    const comparison = compareReports(a, b)
    out(renderComparison(comparison, { colour, width }))
    if (comparison.compared === 0) return STATUS.notComparable
    return comparison.differences > 0 ? STATUS.different : STATUS.same
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : STATUS.notComparable
    if (!(error instanceof ReportError)) throw error
    err(`${error.message}\n`)
    return STATUS.notComparable
  }
}
