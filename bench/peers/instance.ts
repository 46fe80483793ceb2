import type { GeneratorHandlers } from '../workers/peer-generator.ts'
import { Worker } from '../workers/rpc.ts'
import type { SliceRequest, SliceResult } from './generator/slice.ts'
import type { Kind } from './kinds.ts'
import { BARE_POSTING, type Peer, type PeerServer, type Posting, type Reading } from './peer.ts'
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
  server: PeerServer
  generator: Worker<GeneratorHandlers>
  reading: Reading
  posting: Posting
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
    const { kind, readers, cores } = options
    const generator = new Worker<GeneratorHandlers>('peer-generator')
    let server: PeerServer | null = null
    try {
      server = await peer.start()
      if (cores) {
        for (const pid of processTree(server.pid)) pin(pid, cores.server)
        pin(generator.pid, cores.generator)
      }
      const ofKind = peer.kinds[kind]
      if (!ofKind) throw new Error(`it does not serve ${kind}`)
      const { posting = BARE_POSTING, reading } = (await peer.prepare?.(server, kind, readers)) ?? {}
      return new PeerInstance({ server, generator, reading: { ...ofKind, ...reading }, posting, options })
    } catch (error) {
      await Promise.all([generator.end(), server?.stop()])
      throw error
    }
  }

  /** Resolves when all readers are ready. */
  connect(): Promise<void> {
    const { server, generator, reading, posting, options } = this.#setup
    const { port, pid: serverPid } = server
    const { readers, textBytes } = options
    return generator.ask('open', { port, serverPid, readers, reading, posting, textBytes, withinMs: CONNECT_MS })
  }

  get residentBytes(): number {
    return residentBytes(processTree(this.#setup.server.pid))
  }

  slice(request: SliceRequest): Promise<SliceResult> {
    return this.#setup.generator.ask('slice', request)
  }

  async close(): Promise<void> {
    await this.#setup.generator.end()
    await this.#setup.server.stop()
  }
}
