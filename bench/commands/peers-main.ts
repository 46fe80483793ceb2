import { existsSync } from 'node:fs'
import { readPeersRequest } from '../peers/parameters.ts'
import { interruptSignal, openProgress, printLine } from './progress.ts'

const { peers, parameters, ...wanted } = readPeersRequest(process.argv)
if (!existsSync('/proc/self/stat')) {
  printLine('bench:peers needs /proc, which gives CPU time and memory of other processes: run it on Linux')
  process.exit(1)
}

const signal = interruptSignal('slice')
const progress = openProgress()
// Loaded after the flags are checked: the plotting library takes a second to load.
const { runPeers } = await import('../peers/run.ts')
const report = await runPeers({ peers, parameters, progress: progress.show, signal })
progress.clear()
const { renderPeersTerminal } = await import('../peers/report/terminal.ts')
const { writePeersReport } = await import('../peers/report/write.ts')
const colour = process.stdout.isTTY
process.stdout.write(renderPeersTerminal(report, { colour, width: process.stdout.columns || 140 }))
for (const path of await writePeersReport(report, wanted)) printLine(path)
// 1: something requested is missing. 2: a cell is void.
const isVoid = report.cells.some(({ validity }) => validity.isVoid)
process.exit(report.missing.length > 0 ? 1 : isVoid ? 2 : 0)
