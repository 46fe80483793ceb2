import { canMakeNamespace, runInNamespace } from '../rig/namespace.ts'
import { isNamespaced } from '../rig/machine.ts'
import { claimPriority } from '../workers/priority.ts'
import { readRequest } from '../rig/parameters.ts'

const { parameters, scenarios, out, useNamespace } = readRequest(process.argv)
if (!isNamespaced()) claimPriority()
if (useNamespace && !isNamespaced() && canMakeNamespace()) process.exit(await runInNamespace())

const say = (line: string): void => void process.stderr.write(`${line}\n`)
if (!isNamespaced()) say('no network namespace: segments and wire bytes are left out, sockets are counted')

const stop = new AbortController()
process.on('SIGINT', () => {
  if (stop.signal.aborted) process.exit(130)
  say('\nstopping after this cell; once more to stop at once')
  stop.abort(new Error('interrupted'))
})

const startedAt = performance.now()
const progress = (text: string): void => {
  const line = `${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${text}`
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${line}`)
  else say(line)
}

// Loaded when it is known that there is something to do: a plotting library takes a second to come up.
const { runSuite } = await import('../suite.ts')
const report = await runSuite({ parameters, scenarios, progress, signal: stop.signal })
if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K')
const { renderTerminal } = await import('../report/terminal.ts')
const { writeReport } = await import('../report/write.ts')
process.stdout.write(renderTerminal(report, { colour: process.stdout.isTTY, width: process.stdout.columns || 120 }))
const paths = await writeReport(report, out)
for (const path of [paths.json, paths.csv, paths.html]) say(path)
// 1: something that was asked for is not there. 2: the suite did not pass its own checks; on a busy machine, try again.
process.exit(report.missing.length > 0 ? 1 : report.selfChecks.some(({ ok }) => !ok) ? 2 : 0)
