import { existsSync } from 'node:fs'
import { readPeersRequest } from '../peers/parameters.ts'

const { peers, parameters, ...wanted } = readPeersRequest(process.argv)
const say = (line: string): void => void process.stderr.write(`${line}\n`)
if (!existsSync('/proc/self/stat')) {
  say('bench:peers: CPU time and memory of other processes are read from /proc, which is not there: run it on Linux')
  process.exit(1)
}

const stop = new AbortController()
process.on('SIGINT', () => {
  if (stop.signal.aborted) process.exit(130)
  say('\nstopping after this slice; once more to stop at once')
  stop.abort(new Error('interrupted'))
})

const startedAt = performance.now()
const progress = (text: string): void => {
  const line = `${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${text}`
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${line}`)
  else say(line)
}

// Loaded after the flags are checked: the plotting library takes a second to load.
const { runPeers } = await import('../peers/run.ts')
const report = await runPeers({ peers, parameters, progress, signal: stop.signal })
if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K')
const { renderPeersTerminal } = await import('../peers/report/terminal.ts')
const { writePeersReport } = await import('../peers/report/write.ts')
const colour = process.stdout.isTTY
process.stdout.write(renderPeersTerminal(report, { colour, width: process.stdout.columns || 140 }))
for (const path of await writePeersReport(report, wanted)) say(path)
// 1: something requested is missing. 2: a cell is void.
const isVoid = report.cells.some(({ validity }) => validity.isVoid)
process.exit(report.missing.length > 0 ? 1 : isVoid ? 2 : 0)
