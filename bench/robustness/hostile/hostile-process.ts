import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { AttackKind } from './attacks.ts'

export interface HostileProcess {
  begin: (kind: AttackKind) => Promise<void>
  end: () => Promise<void>
  stop: () => Promise<void>
}

/** Starts the process of the hostile clients of a room. */
export async function startHostile(port: number, room: string): Promise<HostileProcess> {
  const path = fileURLToPath(new URL('./attack-main.ts', import.meta.url))
  const child = fork(path, [String(port), room], { execArgv: ['--import', 'tsx'] })
  const ended = once(child, 'exit')
  const lost = ended.then(([code]) => {
    throw new Error(`the hostile clients ended with ${String(code)}`)
  })
  lost.catch(() => undefined)
  const order = async (message: AttackKind | 'end') => {
    const answered = once(child, 'message')
    child.send(message)
    await Promise.race([answered, lost])
  }
  await Promise.race([once(child, 'message'), lost])
  return {
    begin: (kind) => order(kind),
    end: () => order('end'),
    stop: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
