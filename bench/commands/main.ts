import { canMakeNamespace, runInNamespace } from '../rig/namespace.ts'
import { isNamespaced } from '../rig/machine.ts'
import { claimPriority } from '../workers/priority.ts'
import { readRequest } from '../rig/parameters.ts'
import { interruptSignal, openProgress, printLine } from './progress.ts'

const { parameters, scenarios, out, useNamespace } = readRequest(process.argv)
if (!isNamespaced()) claimPriority()
if (useNamespace && !isNamespaced() && canMakeNamespace()) process.exit(await runInNamespace())
if (!isNamespaced()) printLine('no network namespace: bytes are counted at the sockets, without segments and TCP/IP')

const signal = interruptSignal('cell')
const progress = openProgress()
// Loaded after the flags are checked: the plotting library takes a second to load.
const { runSuite } = await import('../suite.ts')
const report = await runSuite({ parameters, scenarios, progress: progress.show, signal })
progress.clear()
const { renderTerminal } = await import('../report/terminal.ts')
const { writeReport } = await import('../report/write.ts')
process.stdout.write(renderTerminal(report, { colour: process.stdout.isTTY, width: process.stdout.columns || 120 }))
const { coefficientsOf } = await import('../analysis/coefficients.ts')
const paths = await writeReport(report, out, coefficientsOf(report))
for (const path of [paths.json, paths.csv, paths.html, paths.coefficients]) if (path !== null) printLine(path)
// 1: something requested is missing. 2: a self-check failed; on a busy machine, run the suite again.
process.exit(report.missing.length > 0 ? 1 : report.selfChecks.some(({ ok }) => !ok) ? 2 : 0)
