/** Prints a line to stderr; stdout carries only the report. */
export const printLine = (line: string): void => void process.stderr.write(`${line}\n`)

/**
 * The first Ctrl-C aborts the signal, the second one ends the process.
 *
 * @param part the part of the run that is still finished, as in `cell`
 */
export function interruptSignal(part: string): AbortSignal {
  const stop = new AbortController()
  process.on('SIGINT', () => {
    if (stop.signal.aborted) process.exit(130)
    printLine(`\nstopping after this ${part}; press Ctrl-C again to stop at once`)
    stop.abort(new Error('interrupted'))
  })
  return stop.signal
}

/** Prints the elapsed time and the present step: on a terminal in one line, elsewhere one line per step. */
export function openProgress(): { show: (step: string) => void; clear: () => void } {
  const startedAt = performance.now()
  return {
    show(step) {
      const line = `${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${step}`
      if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${line}`)
      else printLine(line)
    },
    clear() {
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K')
    },
  }
}
