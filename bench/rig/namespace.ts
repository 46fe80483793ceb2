import { spawn, spawnSync } from 'node:child_process'

const SET_UP = 'ip link set lo up && exec "$0" "$@"'

/** Whether a network namespace can be made here, with a loopback that is up: needs unshare, ip, and the kernel's leave. */
export function canMakeNamespace(): boolean {
  return spawnSync('unshare', ['-rn', 'sh', '-c', SET_UP, 'true'], { stdio: 'ignore' }).status === 0
}

/**
 * Runs this process again in a network namespace of its own, where every segment and every byte that the kernel counts is
 * ours. Returns its exit status.
 */
export async function runInNamespace(): Promise<number> {
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  const child = spawn('unshare', ['-rn', 'sh', '-c', SET_UP, ...again], {
    stdio: 'inherit',
    env: { ...process.env, PLAYGROUND_BENCH_NAMESPACE: '1' },
  })
  // Ctrl-C reaches the child by the terminal; this process waits for what it makes of it.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}
