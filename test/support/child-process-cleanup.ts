import type { ChildProcess } from 'node:child_process'

const children = new Set<ChildProcess>()

// A signal may end the test runner, and its workers only see their channel close. A worker that continues
// keeps its browser for ever; a worker that exits ends its browser.
process.once('disconnect', () => process.exit())
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Ties the child to this process: it ends when this process ends. */
export function killedAtExit<T extends ChildProcess>(child: T): T {
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}
