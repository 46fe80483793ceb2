import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export const CHURN_CLIENTS = 30

export interface ChurnCounts {
  joins: number
  switches: number
  messages: number
}

/** Starts the clients, and waits until all have joined once. The returned function ends them and resolves with their counts. */
export async function startChurn(base: string, seed: number): Promise<() => Promise<ChurnCounts>> {
  const path = fileURLToPath(new URL('./churn-main.ts', import.meta.url))
  const child = fork(path, [base, String(seed)], { execArgv: ['--import', 'tsx'] })
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the clients of the soak ended with ${String(code)} before all had joined`)
  })
  await Promise.race([once(child, 'message'), failed])
  failed.catch(() => undefined)
  return async () => {
    const ended = once(child, 'exit')
    const reported = once(child, 'message')
    child.send('end')
    const [counts] = (await reported) as [ChurnCounts]
    await ended
    return counts
  }
}
