import { setTimeout as sleep } from 'node:timers/promises'
import { openLink, type Link } from '../../../src/link/link.ts'
import { nodeNet } from '../../../src/node/net.ts'
import { seededRandom } from '../../../src/random.ts'
import { checkHistory } from '../history/check.ts'
import type { History } from '../history/history.ts'
import { Recorder } from '../history/recorder.ts'
import type { Violation } from '../history/violation.ts'
import { ChaosClient } from './chaos-client.ts'
import { startRoom, type RoomUnderTest, type StoreName } from './room-under-test.ts'
import { scheduleOf, transportsOf, type Act, type Plan } from './schedule.ts'

const SETTLE_TIMEOUT_MS = 90_000
const CHECK_INTERVAL_MS = 50
const ROOM = 'chaos'

export interface ChaosResult {
  history: History
  violations: Violation[]
  /** What went wrong with the servers themselves. */
  serverFaults: string[]
  settleMs: number
  /** Clients that were not idle or not equally far in the end, each with its state. */
  unsettled: string[]
}

/** Runs a plan: real servers, real clients with a link each in front of each server, and the acts of the schedule. */
export async function runChaos(plan: Plan, store: StoreName): Promise<ChaosResult> {
  const room = await startRoom(store, plan.servers)
  const serverFaults: string[] = []
  const run = new ChaosRun(plan, room)
  try {
    await run.join()
    await run.act()
    const { settleMs, unsettled } = await run.settle()
    await run.close()
    const violations = checkHistory(run.history)
    return { history: run.history, violations, serverFaults, settleMs, unsettled }
  } finally {
    await run.closeLinks()
    serverFaults.push(...(await room.stop()))
  }
}

class ChaosRun {
  readonly #plan: Plan
  readonly #room: RoomUnderTest
  readonly #recorder = new Recorder()
  /** The clients that are in the room now, by place. */
  readonly #clients: ChaosClient[] = []
  readonly #gone: ChaosClient[] = []
  /** By place of the client and of the server. */
  readonly #links: Link[][] = []
  /** By place of the client: its server. */
  readonly #home: number[] = []

  constructor(plan: Plan, room: RoomUnderTest) {
    this.#plan = plan
    this.#room = room
  }

  get history(): History {
    return this.#recorder.history
  }

  async join(): Promise<void> {
    const { clients, seed } = this.#plan
    for (let place = 0; place < clients; place++) {
      const random = seededRandom(seed, 100, place)
      const profile = { delayMs: Math.floor(random() * 4), jitterMs: Math.floor(random() * 4), sliceBytes: 1500 }
      const links: Link[] = []
      for (const { port } of this.#room.servers)
        links.push(await openLink({ to: { port }, profile, seed: seed + place }))
      this.#links.push(links)
      this.#home.push(place % links.length)
      this.#clients.push(this.#newClient(place))
    }
    await Promise.all(this.#clients.map((client) => client.waitUntilJoined()))
  }

  /** Does what is scheduled, each act at its time. Settles when all acts and all faults are over. */
  async act(): Promise<void> {
    const startMs = performance.now()
    const acts: Promise<void>[] = []
    for (const { atMs, act } of scheduleOf(this.#plan)) {
      const leftMs = startMs + atMs - performance.now()
      if (leftMs > 0) await sleep(leftMs)
      acts.push(this.#do(act))
    }
    await Promise.all(acts)
    await this.#room.settled()
  }

  /** Waits until all messages are answered and all clients have read equally far. */
  async settle(): Promise<Pick<ChaosResult, 'settleMs' | 'unsettled'>> {
    const startMs = performance.now()
    const isSettled = () =>
      this.#clients.every((client) => client.isIdle) && new Set(this.#clients.map(({ cursor }) => cursor)).size === 1
    while (!isSettled() && performance.now() - startMs < SETTLE_TIMEOUT_MS) await sleep(CHECK_INTERVAL_MS)
    const settleMs = performance.now() - startMs
    const unsettled = isSettled() ? [] : this.#clients.map((client) => client.describedState)
    for (const client of this.#clients) client.settle()
    return { settleMs, unsettled }
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.leave()))
  }

  async closeLinks(): Promise<void> {
    await Promise.all(this.#links.flat().map((link) => link.close()))
  }

  #newClient(place: number): ChaosClient {
    const [transport = 'websocket'] = transportsOf(place).toSpliced(0, place % transportsOf(place).length)
    return new ChaosClient({
      name: `c${place}-${this.#gone.length}`,
      room: ROOM,
      transport,
      net: nodeNet(this.#room.servers[this.#home[place] ?? 0]?.base ?? ''),
      connectionNet: nodeNet(this.#linkOf(place).url),
      recorder: this.#recorder,
    })
  }

  #linkOf(place: number): Link {
    const link = this.#links[place]?.[this.#home[place] ?? 0]
    if (!link) throw new RangeError(`no link of client ${place}`)
    return link
  }

  async #do(act: Act): Promise<void> {
    if (act.kind === 'message') {
      this.#clients[act.client]?.send(act.text, act.to === null ? undefined : this.#clients[act.to])
      return
    }
    const { kind, ...details } = act
    this.#recorder.fault(`${kind} ${JSON.stringify(details)}`)
    if ('client' in act) await this.#doToClient(act)
    else if (act.kind === 'server freeze') await this.#room.servers[act.server]?.process.freeze(act.forMs)
    else if (act.kind === 'server kill') await this.#room.servers[act.server]?.process.killAndRestart(act.forMs)
    else if (act.kind === 'redis freeze') await this.#room.redis?.process.freeze(act.forMs)
    else if (act.kind === 'redis kill') await this.#room.redis?.process.killAndRestart(act.forMs)
    else await this.#room.redis?.flush()
  }

  async #doToClient(act: Exclude<Extract<Act, { client: number }>, { kind: 'message' }>): Promise<void> {
    const { client: place } = act
    const client = this.#clients[place]
    if (act.kind === 'switch') client?.use(act.to)
    else if (act.kind === 'cut') this.#linkOf(place).cut(act.forMs)
    else if (act.kind === 'stall') this.#linkOf(place).stall(act.forMs)
    else if (act.kind === 'hop') {
      this.#home[place] = act.server
      client?.connectOver(nodeNet(this.#linkOf(place).url))
    } else await this.#replace(place)
  }

  async #replace(place: number): Promise<void> {
    const client = this.#clients[place]
    if (!client) return
    this.#gone.push(client)
    this.#clients[place] = this.#newClient(place)
    await client.leave()
  }
}
