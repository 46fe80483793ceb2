/** Frames as a client may and may not send them, byte by byte. Sections are those of RFC 6455. */
import { describe, expect, it } from 'vitest'
import { MAX_BODY_BYTES } from '../../src/server/config/limits.ts'
import { person, startPlayground } from '../support/playground.ts'
import { closePayload, frameOf, OPCODE, RawWebSocket, type FrameForm, type RawFrame } from '../support/raw-websocket.ts'

const { continuation, text, binary, close, ping, pong } = OPCODE
const ID = 'draft-1234'

/** A frame that the server answers with an acknowledgement. */
const MESSAGE = Buffer.from(JSON.stringify({ type: 'message', draft: { id: ID, text: 'é 汉 😀' } }))
/** The same with a payload of this length: JSON may have spaces at its end. */
const messageOf = (bytes: number) => Buffer.concat([MESSAGE, Buffer.alloc(bytes - MESSAGE.length, ' ')])

/** The message in pieces of these ends. */
function fragments(...ends: number[]): FrameForm[] {
  return [...ends, MESSAGE.length].map((end, i) => ({
    opcode: i === 0 ? text : continuation,
    isFinal: i === ends.length,
    payload: MESSAGE.subarray(ends[i - 1] ?? 0, end),
  }))
}
const inPieces = (count: number) =>
  fragments(...Array.from({ length: count - 1 }, (_, i) => Math.min(i, MESSAGE.length)))
const hex = (bytes: string) => Buffer.from(bytes, 'hex')
const emoji = MESSAGE.indexOf(Buffer.from('😀'))

async function openMember(): Promise<RawWebSocket> {
  const playground = await startPlayground()
  const { token } = await person(playground)
  return RawWebSocket.open(playground.port, '/rooms/lobby/websocket', ['chat.v1', `bearer.${token}`])
}

type Case = [section: string, what: string, frames: FrameForm[]]

const accepted: Case[] = [
  ['5.6', 'a text frame', [{ payload: MESSAGE }]],
  ['5.2', 'a length of 125 in 7 bits', [{ payload: messageOf(125) }]],
  ['5.2', 'a length of 126 in 16 bits', [{ payload: messageOf(126) }]],
  ['5.2', 'a length of 127 in 16 bits', [{ payload: messageOf(127) }]],
  ['5.2', 'a length of 255 in 16 bits', [{ payload: messageOf(255) }]],
  ['5.2', 'a length of 256 in 16 bits', [{ payload: messageOf(256) }]],
  ['10.4', 'the greatest length that is allowed', [{ payload: messageOf(MAX_BODY_BYTES) }]],
  ['5.3', 'a mask of zeros', [{ payload: MESSAGE, mask: Buffer.alloc(4) }]],
  ['5.3', 'a mask of ones', [{ payload: MESSAGE, mask: Buffer.alloc(4, 0xff) }]],
  ['5.3', 'a mask that is part of the payload', [{ payload: MESSAGE, mask: MESSAGE.subarray(0, 4) }]],
  ['5.4', 'two fragments', fragments(10)],
  ['5.4', 'three fragments', fragments(10, 20)],
  ['5.4', 'an empty first fragment', fragments(0)],
  ['5.4', 'an empty last fragment', fragments(MESSAGE.length)],
  ['5.4', 'empty fragments only between others', fragments(5, 5, 5)],
  ['5.4', '64 fragments', inPieces(64)],
  ['5.4', 'a character in two fragments', fragments(emoji + 2)],
  ['5.4', 'a character in four fragments', fragments(emoji + 1, emoji + 2, emoji + 3)],
  ['5.4', 'a ping between fragments', fragments(10).toSpliced(1, 0, { opcode: ping })],
  ['5.4', 'a pong between fragments', fragments(10).toSpliced(1, 0, { opcode: pong, payload: 'x' })],
  ['5.4', 'a ping inside a character', fragments(emoji + 2).toSpliced(1, 0, { opcode: ping, payload: 'x' })],
  ['5.5.3', 'a pong that answers no ping', [{ opcode: pong, payload: 'x' }, { payload: MESSAGE }]],
  ['5.5.3', 'a pong of 125 bytes', [{ opcode: pong, payload: 'x'.repeat(125) }, { payload: MESSAGE }]],
  ['5.6', 'an empty text frame before a message', [{}, { payload: MESSAGE }]],
]

const refused: [...Case, code: number][] = [
  ...[4, 2, 1, 6, 5, 3, 7].map((rsv): [...Case, number] => [
    '5.2',
    `RSV bits ${rsv} in a text`,
    [{ rsv, payload: MESSAGE }],
    1002,
  ]),
  ['5.2', 'RSV1 in a continuation', [fragments(10)[0] ?? {}, { ...fragments(10)[1], rsv: 4 }], 1002],
  ['5.2', 'RSV1 in a ping', [{ opcode: ping, rsv: 4 }], 1002],
  ['5.2', 'RSV1 in a close', [{ opcode: close, rsv: 4, payload: closePayload(1000) }], 1002],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [...Case, number] => [
    '5.2',
    `reserved opcode ${opcode}`,
    [{ opcode }],
    1002,
  ]),
  ['5.2', 'a reserved opcode between fragments', [fragments(10)[0] ?? {}, { opcode: 3 }], 1002],
  ['5.1', 'a text without a mask', [{ payload: MESSAGE, mask: null }], 1002],
  ['5.1', 'a ping without a mask', [{ opcode: ping, mask: null }], 1002],
  ['5.1', 'a close without a mask', [{ opcode: close, payload: closePayload(1000), mask: null }], 1002],
  ['5.1', 'a continuation without a mask', [fragments(10)[0] ?? {}, { ...fragments(10)[1], mask: null }], 1002],
  ['10.4', 'a frame one byte too long', [{ payload: messageOf(MAX_BODY_BYTES + 1) }], 1009],
  [
    '10.4',
    'fragments one byte too long together',
    [
      { isFinal: false, payload: messageOf(MAX_BODY_BYTES) },
      { opcode: continuation, payload: ' ' },
    ],
    1009,
  ],
  ['10.4', 'a claimed length of 65,535', [{ claimedLength: 65_535n }], 1009],
  ['10.4', 'a claimed length of 65,536', [{ claimedLength: 65_536n }], 1009],
  ['10.4', 'a claimed length of 2^31', [{ claimedLength: 2n ** 31n }], 1009],
  ['10.4', 'a claimed length of 2^32', [{ claimedLength: 2n ** 32n }], 1009],
  ['10.4', 'a claimed length of 2^53', [{ claimedLength: 2n ** 53n }], 1009],
  ['5.2', 'a claimed length of 2^63, whose first bit must be 0', [{ claimedLength: 2n ** 63n }], 1009],
  ['5.4', 'a continuation that continues nothing', [{ opcode: continuation, payload: 'x' }], 1002],
  ['5.4', 'a last continuation that continues nothing', [...fragments(10), { opcode: continuation }], 1002],
  ['5.4', 'a text inside a fragmented text', [fragments(10)[0] ?? {}, { payload: MESSAGE }], 1002],
  ['5.4', 'a binary inside a fragmented text', [fragments(10)[0] ?? {}, { opcode: binary }], 1002],
  ['5.5', 'a fragmented ping', [{ opcode: ping, isFinal: false }], 1002],
  ['5.5', 'a fragmented pong', [{ opcode: pong, isFinal: false }], 1002],
  ['5.5', 'a fragmented close', [{ opcode: close, isFinal: false, payload: closePayload(1000) }], 1002],
  ['5.5', 'a ping of 126 bytes', [{ opcode: ping, payload: 'x'.repeat(126) }], 1002],
  ['5.5', 'a pong of 126 bytes', [{ opcode: pong, payload: 'x'.repeat(126) }], 1002],
  ['5.5', 'a close of 126 bytes', [{ opcode: close, payload: closePayload(1000, 'x'.repeat(124)) }], 1002],
  ['5.5', 'a ping with a length in 64 bits', [{ opcode: ping, lengthBytes: 8 }], 1002],
  ['5.6', 'a binary frame', [{ opcode: binary, payload: 'x' }], 1003],
  ['5.6', 'an empty binary frame', [{ opcode: binary }], 1003],
  [
    '5.4',
    'a fragmented binary frame',
    [
      { opcode: binary, isFinal: false, payload: 'x' },
      { opcode: continuation, payload: 'x' },
    ],
    1003,
  ],
  ['8.1', 'the byte FF', [{ payload: hex('ff') }], 1007],
  ['8.1', 'a continuation byte alone', [{ payload: hex('80') }], 1007],
  ['8.1', 'an overlong slash', [{ payload: hex('c0af') }], 1007],
  ['8.1', 'an overlong NUL in three bytes', [{ payload: hex('e08080') }], 1007],
  ['8.1', 'a surrogate', [{ payload: hex('eda080') }], 1007],
  ['8.1', 'a pair of surrogates', [{ payload: hex('eda0bdedb880') }], 1007],
  ['8.1', 'a code point above 10FFFF', [{ payload: hex('f4908080') }], 1007],
  ['8.1', 'a lead byte of five bytes', [{ payload: hex('f888808080') }], 1007],
  ['8.1', 'a character that is cut off', [{ payload: hex('e6b1') }], 1007],
  [
    '8.1',
    'a character that is cut off in the last fragment',
    [
      { isFinal: false, payload: hex('e6') },
      { opcode: continuation, payload: hex('b1') },
    ],
    1007,
  ],
  [
    '8.1',
    'a broken character across fragments',
    [
      { isFinal: false, payload: hex('e6') },
      { opcode: continuation, payload: hex('41') },
    ],
    1007,
  ],
  ['7.4.1', '65 fragments, over the limit of this server', inPieces(65), 1008],
  ['5.5.1', 'a close of one byte', [{ opcode: close, payload: hex('03') }], 1002],
  ['8.1', 'a close whose reason is not UTF-8', [{ opcode: close, payload: closePayload(1000, hex('ff')) }], 1007],
  ...[0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map((code): [...Case, number] => [
    '7.4',
    `a close with the forbidden code ${code}`,
    [{ opcode: close, payload: closePayload(code) }],
    1002,
  ]),
]

const GOOD_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]

const isClose = ({ opcode }: { opcode: number }) => opcode === close
const isAck = (frame: { opcode: number; payload: Buffer }) =>
  frame.opcode === text && frame.payload.includes('"type":"ack"')

describe('a WebSocket frame that RFC 6455 allows', () => {
  it.each(accepted)('section %s: with %s, the message is acknowledged', async (_section, _what, frames) => {
    const socket = await openMember()
    socket.write(Buffer.concat(frames.map(frameOf)))
    const ack = await socket.nextOf(isAck)
    expect(JSON.parse(ack?.payload.toString() ?? 'null')).toMatchObject({ ack: { id: ID } })
    socket.write(frameOf({ opcode: ping, payload: 'still here' }))
    const isLast = ({ opcode, payload }: RawFrame) => opcode === pong && payload.toString() === 'still here'
    expect(await socket.nextOf(isLast)).not.toBeNull()
  })

  it.each(['', 'x', 'x'.repeat(125)])(
    'section 5.5.2: a ping with %j is answered by a pong with the same bytes',
    async (payload) => {
      const socket = await openMember()
      socket.write(frameOf({ opcode: ping, payload }))
      expect((await socket.nextOf(({ opcode }) => opcode === pong))?.payload.toString()).toBe(payload)
    },
  )

  it('section 5.2: that arrives one byte at a time, the message is acknowledged', async () => {
    const socket = await openMember()
    for (const byte of frameOf({ payload: messageOf(300) })) {
      socket.write(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await socket.nextOf(isAck)).not.toBeNull()
  })

  it.each(GOOD_CODES)('section 7.4: a close with code %i is answered by the same code', async (code) => {
    const socket = await openMember()
    socket.write(frameOf({ opcode: close, payload: closePayload(code, '再见') }))
    expect((await socket.nextOf(isClose))?.payload.readUInt16BE()).toBe(code)
    expect(await socket.next()).toBeNull()
  })

  it('section 5.5.1: a close without a code is answered by a close without a code', async () => {
    const socket = await openMember()
    socket.write(frameOf({ opcode: close }))
    expect((await socket.nextOf(isClose))?.payload).toHaveLength(0)
    expect(await socket.next()).toBeNull()
  })
})

describe('a WebSocket frame that RFC 6455 forbids', () => {
  it.each(refused)('section %s: with %s, the socket is closed', async (_section, _what, frames, code) => {
    const socket = await openMember()
    socket.write(Buffer.concat(frames.map(frameOf)))
    const answer = await socket.nextOf(isClose)
    expect(answer?.payload.readUInt16BE()).toBe(code)
  })

  it('section 5.5.1: after a close, the message is not read', async () => {
    const socket = await openMember()
    socket.write(
      Buffer.concat([frameOf({ opcode: close, payload: closePayload(1000) }), frameOf({ payload: MESSAGE })]),
    )
    const frames = []
    for (let frame = await socket.next(); frame; frame = await socket.next()) frames.push(frame)
    expect(frames.filter(isAck)).toEqual([])
    expect(frames.filter(isClose)).toHaveLength(1)
  })

  // The parser of `ws` accepts these. They are unambiguous, and the payload is limited as in the shortest form.
  it.each([
    ['16', 2],
    ['64', 8],
  ] as const)(
    'section 5.2: with a length in %s bits that fits 7 bits, the message is acknowledged',
    async (_, lengthBytes) => {
      const socket = await openMember()
      socket.write(frameOf({ payload: MESSAGE, lengthBytes }))
      expect(await socket.nextOf(isAck)).not.toBeNull()
    },
  )
})
