import { seededRandom, type Random } from '../../../src/random.ts'
import { TRANSPORTS, type TransportName } from '../../../src/protocol.ts'

/** What happens in a run, by kind. `client`, `server`: places in the lists of the run. */
export type Act =
  | { kind: 'message'; client: number; to: number | null; text: string }
  | { kind: 'switch'; client: number; to: TransportName }
  /** The connection goes to another server. */
  | { kind: 'hop'; client: number; server: number }
  | { kind: 'cut'; client: number; forMs: number }
  | { kind: 'stall'; client: number; forMs: number }
  /** The client leaves, and a new client joins. */
  | { kind: 'leave'; client: number }
  | { kind: 'server freeze'; server: number; forMs: number }
  | { kind: 'server kill'; server: number; forMs: number }
  | { kind: 'redis freeze'; forMs: number }
  | { kind: 'redis kill'; forMs: number }
  | { kind: 'redis flush' }

export type ActKind = Act['kind']
export const ACT_KINDS = [
  'message',
  'switch',
  'hop',
  'cut',
  'stall',
  'leave',
  'server freeze',
  'server kill',
  'redis freeze',
  'redis kill',
  'redis flush',
] as const satisfies readonly ActKind[]

export interface Scheduled {
  atMs: number
  act: Act
}

export interface Plan {
  seed: number
  durationMs: number
  clients: number
  servers: number
  /** How many acts of each kind. */
  counts: Readonly<Partial<Record<ActKind, number>>>
}

/**
 * These clients use jsonp-poll too. This transport carries no token, so private texts do not come by it: these clients
 * send and get none.
 */
export const isSpectating = (client: number): boolean => client % 6 === 5

/** Transports of a client. With Socket.IO each request of a session must reach the same server; a link has one server. */
export const transportsOf = (client: number): readonly TransportName[] =>
  TRANSPORTS.filter((name) => name !== 'jsonp-poll' || isSpectating(client))

const PRIVATE_SHARE = 0.15
const WORDS = ['hello', '你好，世界', '👩‍👩‍👧 emoji', 'ไทย', '\u2028 line', '"quoted" \\ <b>', 'é é', 'x'.repeat(300)]

/** The acts of a plan in the order of time. The same plan has the same acts. */
export function scheduleOf(plan: Plan): Scheduled[] {
  const scheduled = ACT_KINDS.flatMap((kind, stream) => {
    const random = seededRandom(plan.seed, stream)
    return Array.from({ length: plan.counts[kind] ?? 0 }, () => ({
      atMs: Math.floor(random() * plan.durationMs),
      act: actOf(kind, plan, random),
    }))
  })
  return scheduled.sort((a, b) => a.atMs - b.atMs)
}

function actOf(kind: ActKind, { clients, servers }: Plan, random: Random): Act {
  const below = (end: number) => Math.floor(random() * end)
  const any = <T>(list: readonly [T, ...T[]] | readonly T[]): T => list[below(list.length)] as T
  const client = below(clients)
  const server = below(servers)
  if (kind === 'message') {
    const others = Array.from({ length: clients }, (_, i) => i).filter((i) => i !== client && !isSpectating(i))
    const isPrivate = random() < PRIVATE_SHARE && !isSpectating(client) && others.length > 0
    return { kind, client, to: isPrivate ? any(others) : null, text: any(WORDS) }
  }
  if (kind === 'switch') return { kind, client, to: any(transportsOf(client)) }
  if (kind === 'hop') return { kind, client, server }
  if (kind === 'leave') return { kind, client }
  if (kind === 'redis flush') return { kind }
  if (kind === 'cut') return { kind, client, forMs: below(400) }
  if (kind === 'stall') return { kind, client, forMs: 100 + below(2900) }
  if (kind === 'redis freeze' || kind === 'redis kill') return { kind, forMs: 200 + below(2800) }
  return { kind, server, forMs: kind === 'server kill' ? below(1000) : 200 + below(4800) }
}
