import { setTimeout as sleep } from 'node:timers/promises'
import { FaultyProcess } from './faulty-process.ts'
import { lastingPort } from './lasting-port.ts'

const CHECK_INTERVAL_MS = 20

export interface ServerProcess {
  process: FaultyProcess
  port: number
  base: string
}

/** A server as `npm start` runs it, on a port that it keeps when it is restarted. Needs `npm run build:server`. */
export async function startServer(flags: readonly string[]): Promise<ServerProcess> {
  const port = await lastingPort()
  const all = ['dist/server/main.js', '--port', String(port), '--host', '127.0.0.1', '--links', 'off', ...flags]
  const process = new FaultyProcess(globalThis.process.execPath, all, async (output) => {
    while (!output().includes('is at http')) await sleep(CHECK_INTERVAL_MS)
    return true
  })
  await process.start()
  return { process, port, base: `http://127.0.0.1:${port}` }
}
