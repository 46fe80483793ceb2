import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export const METRICS = ['heap bytes', 'descriptors', 'handles', 'timers', 'listeners'] as const
export type Metric = (typeof METRICS)[number]

/** What a process holds at a moment. */
export type Sample = Record<Metric, number> & { atMs: number }

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** The part of an EventEmitter that lists its listeners. */
interface Listened {
  eventNames: () => (string | symbol)[]
  listenerCount: (name: string | symbol) => number
}

/** Reads what this process holds, after a full garbage collection. */
export function takeSample(atMs: number, emitters: readonly Listened[]): Sample {
  // The second collection frees what finalizers of the first one released.
  collectGarbage()
  collectGarbage()
  const resources = process.getActiveResourcesInfo()
  const timers = resources.filter((name) => name === 'Timeout' || name === 'Immediate').length
  return {
    atMs,
    'heap bytes': process.memoryUsage().heapUsed,
    descriptors: countDescriptors(),
    handles: resources.length - timers,
    timers,
    listeners: emitters.reduce((sum, emitter) => sum + countListeners(emitter), 0),
  }
}

const countListeners = (emitter: Listened): number =>
  emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0)

/** 0 where there is no /proc. */
function countDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}
