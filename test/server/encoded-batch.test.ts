import { expect, it } from 'vitest'
import type { MessageEvent } from '../../src/protocol.ts'
import { encode } from '../../src/server/log/encoded-batch.ts'

it('a batch is encoded once, however many readers write it', () => {
  let encodings = 0
  const batch = { cursor: 'aaaaaaaa.0', events: [], toJSON: () => (encodings += 1) }
  const written = Array.from({ length: 3 }, () => [encode(batch).json, encode(batch).jsonBytes])
  expect([written, encodings]).toEqual([Array(3).fill(['1', 1]), 1])
})

it('all who may not see a private message share one encoding', () => {
  const [from, to] = [
    { id: 'A', name: 'ada' },
    { id: 'B', name: 'ben' },
  ]
  const message: MessageEvent = { type: 'message', id: 'm', from, to, text: 'psst', seq: 1, at: 0 }
  const encoded = encode({ cursor: 'aaaaaaaa.1', events: [message] })
  expect(encoded.visibleTo('C')).toBe(encoded.visibleTo(null))
  const seen = encoded.visibleTo('B')
  expect(seen.batch.events).toEqual([message])
  expect(seen.jsonBytes).toBe(Buffer.byteLength(JSON.stringify(encoded.batch)))
})
