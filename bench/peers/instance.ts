import type { GeneratorHandlers } from './workers/peer-generator.ts'
import { Worker } from '../workers/rpc.ts'
import type { SliceRequest, SliceResult } from './generator/slice.ts'
import type { Kind } from './kinds.ts'
import { BARE_POSTING, type Peer, type PeerServer } from './peer.ts'
import { pin, type Cores } from './pin.ts'
import { processTree, residentBytes } from './process-tree.ts'

export interface InstanceOptions {
  kind: Kind
  readers: number
  textBytes: number
  cores: Cores | null
}

const CONNECT_MS = 40_000

interface Setup {
  peer: Peer
  server: PeerServer
  generator: Worker<GeneratorHandlers>
  options: InstanceOptions
}

/** A peer's server and its load generator, each a new process. */
export class PeerInstance {
  readonly #setup: Setup

  private constructor(setup: Setup) {
    this.#setup = setup
  }

  /** Starts both processes without readers. @throws Error with the reason */
  static async start(peer: Peer, options: InstanceOptions): Promise<PeerInstance> {
    const { cores } = options
    const generator = new Worker<GeneratorHandlers>('peers/workers/peer-generator')
    let server: PeerServer | null = null
    try {
      server = await peer.start()
      if (cores) {
        for (const pid of processTree(server.pid)) pin(pid, cores.server)
        pin(generator.pid, cores.generator)
      }
      return new PeerInstance({ peer, server, generator, options })
    } catch (error) {
      await Promise.all([generator.end(), server?.stop()])
      throw error
    }
  }

  /** Resolves when all readers are ready. */
  async connect(): Promise<void> {
    const { peer, server, generator, options } = this.#setup
    const { kind, readers, textBytes } = options
    const ofKind = peer.kinds[kind]
    if (!ofKind) throw new Error(`${kind} is not served`)
    const { posting = BARE_POSTING, reading } = (await peer.prepare?.(server, kind, readers)) ?? {}
    const { port, pid: serverPid } = server
    const about = { port, serverPid, readers, posting, textBytes, withinMs: CONNECT_MS }
    await generator.call('open', { ...about, reading: { ...ofKind, ...reading } })
  }

  get residentBytes(): number {
    return residentBytes(processTree(this.#setup.server.pid))
  }

  slice(request: SliceRequest): Promise<SliceResult> {
    return this.#setup.generator.call('slice', request)
  }

  async close(): Promise<void> {
    await this.#setup.generator.end()
    await this.#setup.server.stop()
  }
}
