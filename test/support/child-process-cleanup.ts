import type { ChildProcess } from 'node:child_process'

const children = new Set<ChildProcess>()

// Whoever runs the tests may be ended by a signal; all that its workers notice is that it hangs up. A worker that goes on
// would keep its browser for good; one that ends takes it along.
process.once('disconnect', () => process.exit())
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** The same child, which does not outlive this process. */
export function killedAtExit<T extends ChildProcess>(child: T): T {
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}
