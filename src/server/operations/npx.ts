/** ms from one look at the parent to the next. */
const LOOK_MS = 500

/**
 * Ends this process by SIGTERM when npx has ended: npx ends by a signal without passing it on, and the server would keep its port. The
 * process then has another parent.
 */
export function endWithNpx(): void {
  if (process.env['npm_command'] !== 'exec') return
  const { ppid } = process
  const timer = setInterval(() => {
    if (process.ppid === ppid) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, LOOK_MS)
  timer.unref()
}
