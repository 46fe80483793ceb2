import { Audience } from '../peers/generator/audience.ts'
import { Ledger } from '../peers/generator/ledger.ts'
import { Publishers } from '../peers/generator/publishers.ts'
import { Slice, type SliceRequest, type SliceResult } from '../peers/generator/slice.ts'
import type { Posting, Reading } from '../peers/peer.ts'
import { serve } from './rpc.ts'

export interface Opening {
  port: number
  serverPid: number
  readers: number
  reading: Reading
  posting: Posting
  textBytes: number
  withinMs: number
}

interface Open {
  serverPid: number
  ledger: Ledger
  audience: Audience
  publishers: Publishers
}

let open: Open | null = null

const handlers = {
  /** Readers only: publishers come with the first slice, when memory has been read. */
  async open({ port, serverPid, readers, reading, posting, textBytes, withinMs }: Opening): Promise<void> {
    const ledger = new Ledger(readers)
    const audience = new Audience(ledger)
    const publishers = new Publishers(port, posting, textBytes)
    open = { serverPid, ledger, audience, publishers }
    await audience.open(port, reading, withinMs)
  },
  async slice(request: SliceRequest): Promise<SliceResult> {
    if (!open) throw new Error('there are no readers')
    await Promise.all([open.publishers.open(), open.audience.revive()])
    return new Slice(request, open).run()
  },
  close(): void {
    open?.audience.close()
    open?.publishers.close()
    open = null
  },
}
export type GeneratorHandlers = typeof handlers
serve(handlers)
