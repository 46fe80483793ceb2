import { spawn, spawnSync } from 'node:child_process'

const SET_UP = 'ip link set lo up && exec "$0" "$@"'

/** Whether a network namespace with a loopback interface can be created: needs unshare, ip, and permission of the kernel. */
export function canMakeNamespace(): boolean {
  return spawnSync('unshare', ['-rn', 'sh', '-c', SET_UP, 'true'], { stdio: 'ignore' }).status === 0
}

/**
 * Runs this process again in a separate network namespace, where the kernel counts only the traffic of the benchmark.
 *
 * @returns the exit status
 */
export async function runInNamespace(): Promise<number> {
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const child = spawn('unshare', ['-rn', 'sh', '-c', SET_UP, ...again], {
    stdio: 'inherit',
    env: { ...process.env, PLAYGROUND_BENCH_NAMESPACE: '1' },
  })
  // The terminal also sends Ctrl-C to the child; this process waits for the child's exit.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}
