import { ReaderSet } from '../generator/reader-set.ts'
import { DeliveryCheck } from '../generator/delivery-check.ts'
import { Publishers } from '../generator/publishers.ts'
import { Slice, type SliceRequest, type SliceResult } from '../generator/slice.ts'
import type { Posting, Reading } from '../peer.ts'
import { serve } from '../../workers/rpc.ts'

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
  check: DeliveryCheck
  readerSet: ReaderSet
  publishers: Publishers
}

let open: Open | null = null

const handlers = {
  /** Connects readers only: publishers connect at the first slice, after memory has been read. */
  async open({ port, serverPid, readers, reading, posting, textBytes, withinMs }: Opening): Promise<void> {
    const check = new DeliveryCheck(readers)
    const readerSet = new ReaderSet(check)
    const publishers = new Publishers(port, posting, textBytes)
    open = { serverPid, check, readerSet, publishers }
    await readerSet.open(port, reading, withinMs)
  },
  async slice(request: SliceRequest): Promise<SliceResult> {
    if (!open) throw new Error('there are no readers')
    await Promise.all([open.publishers.open(), open.readerSet.reconnect()])
    return new Slice(request, open).run()
  },
  close(): void {
    open?.readerSet.close()
    open?.publishers.close()
    open = null
  },
}
export type GeneratorHandlers = typeof handlers
serve(handlers)
