import { setTimeout as sleep } from 'node:timers/promises'
import type { GeneratorHandlers } from '../workers/peer-generator.ts'
import { Worker } from '../workers/rpc.ts'
import type { SliceRequest, SliceResult } from './generator/slice.ts'
import type { Kind } from './kinds.ts'
import { BARE_POSTING, type Peer, type PeerServer } from './peer.ts'
import { pin, type Cores } from './pin.ts'
import { processTree, residentBytes } from './process-tree.ts'

export interface Memory {
  /** With nobody connected. */
  idleBytes: number
  /** With all readers connected and nothing sent. */
  connectedBytes: number
}

export interface ContenderOptions {
  kind: Kind
  readers: number
  textBytes: number
  cores: Cores | null
  /** ms without anything to do before memory is read. */
  settleMs: number
}

const CONNECT_MS = 40_000

/** One peer with its server and its generator, each a process of its own and fresh. */
export class Contender {
  readonly peer: Peer
  readonly #server: PeerServer
  readonly #generator: Worker<GeneratorHandlers>
  readonly memory: Memory

  private constructor(peer: Peer, server: PeerServer, generator: Worker<GeneratorHandlers>, memory: Memory) {
    this.peer = peer
    this.#server = server
    this.#generator = generator
    this.memory = memory
  }

  /** @throws Error that says at which step it could not */
  static async open(peer: Peer, options: ContenderOptions): Promise<Contender> {
    const { kind, readers, textBytes, cores, settleMs } = options
    const server = await peer.start()
    const generator = new Worker<GeneratorHandlers>('peer-generator')
    try {
      if (cores) {
        for (const pid of processTree(server.pid)) pin(pid, cores.server)
        pin(generator.pid, cores.generator)
      }
      const { posting = BARE_POSTING, reading } = (await peer.prepare?.(server, kind, readers)) ?? {}
      const ofKind = peer.kinds[kind]
      if (!ofKind) throw new Error(`it does not serve ${kind}`)
      const resident = async () => {
        await sleep(settleMs)
        return residentBytes(processTree(server.pid))
      }
      const idleBytes = await resident()
      const { port, pid: serverPid } = server
      const about = { port, serverPid, readers, posting, textBytes, withinMs: CONNECT_MS }
      await generator.ask('open', { ...about, reading: { ...ofKind, ...reading } })
      const memory = { idleBytes, connectedBytes: await resident() }
      return new Contender(peer, server, generator, memory)
    } catch (error) {
      await generator.end()
      await server.stop()
      throw error
    }
  }

  slice(request: SliceRequest): Promise<SliceResult> {
    return this.#generator.ask('slice', request)
  }

  async close(): Promise<void> {
    await this.#generator.end()
    await this.#server.stop()
  }
}
