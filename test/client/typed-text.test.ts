import { describe, expect, it } from 'vitest'
import { readAddress, rosterOf } from '../../src/client/roster.ts'
import { nameKey } from '../../src/names.ts'
import { isCloseCommand } from '../../src/protocol.ts'

const renee = { id: 'r', name: 'rene\u0301' }
const chen = { id: 'c', name: '陈' }
const roster = rosterOf([renee, chen])

describe('a text that begins with a name', () => {
  it.each([
    ['@rene\u0301 psst', renee],
    ['@ren\u00e9e psst', undefined],
    ['@ren\u00e9 psst', renee],
    ['@REN\u00c9 psst', renee],
    ['＠陈 psst', chen],
    ['﹫陈 psst', chen],
    ['＠陈\u3000psst', chen],
    ['\u200b@陈 psst', chen],
    ['\ufeff＠\u200b陈 psst', chen],
    ['＠ｒｅｎé psst', renee],
    ['@ 陈 psst', chen],
    ['/msg 陈 psst', chen],
    ['／Msg ＠陈 psst', chen],
    ['/w 陈 psst', chen],
    ['/whisper ren\u00e9e psst', undefined],
  ])('is for the member of that name, however the name is typed: %j', (text, to) => {
    expect(readAddress(text, roster)).toEqual(to ? { text: 'psst', to } : { text, unknown: 'ren\u00e9e' })
  })

  it('is for all members where it is not an address', () => {
    for (const text of ['hello @陈 psst', '陈 psst', '@ 5 pm?', '@', '/msg', '/who 陈 x', '/tmp/w x'])
      expect(readAddress(text, roster)).toEqual({ text })
  })

  it('is an unknown address where no member has the name', () => {
    expect(readAddress('＠ben psst', roster)).toEqual({ text: '＠ben psst', unknown: 'ben' })
  })
})

it.each(['/close', '／close', '／ｃｌｏｓｅ', '/ close', '／\u3000close', '/Close', '关闭', '\u200b关闭'])(
  'a close command is read however it is typed: %j',
  (text) => expect(isCloseCommand({ text })).toBe(true),
)

it.each(['close', '/closed', '//close', '请关闭', 'say /close'])('other text is no close command: %j', (text) =>
  expect(isCloseCommand({ text })).toBe(false),
)

it('two spellings of a name have one key', () => {
  expect(nameKey('rene\u0301')).toBe(nameKey('REN\u00c9'))
  expect(nameKey('ａｄａ')).toBe('ada')
  expect(nameKey(nameKey('\u0130\u0307'))).toBe(nameKey('\u0130\u0307'))
})

it.each([
  ['\u0130nci', 'inci'],
  ['\u0130NC\u0130', 'inci'],
  ['di\u0307ana', 'diana'],
  ['d\u0131\u0307ana', 'diana'],
  ['\u1ecb\u0307da', '\u1ecbda'],
  ['\u0441\u0430\u0301\u0440', 'c\u00e1p'],
  ['\u0457', '\u00ef'],
])(
  'two names that look the same have one key, with an accent and with a dot that is not visible: %j, %j',
  (one, other) => {
    expect(nameKey(one)).toBe(nameKey(other))
    expect(nameKey(nameKey(one))).toBe(nameKey(one))
  },
)

it.each([
  ['\u0227da', 'ada'],
  ['o\u0308da', 'oda'],
  ['\u0439', '\u0438'],
])('two names with another accent have two keys: %j, %j', (one, other) => {
  expect(nameKey(one)).not.toBe(nameKey(other))
})

it.each([
  ['@\u0130nci psst', '@inci psst'],
  ['\u200f@renée psst', '@renée psst'],
  ['@\u2067renée\u2069 psst', '@renée psst'],
  ['@renée\u00a0psst', '@renée psst'],
])('an address with invisible marks or another case of the name has one recipient: %j, %j', (typed, plain) => {
  const named = rosterOf([
    { id: 'r', name: 'renée' },
    { id: 'i', name: '\u0130nci' },
  ])
  expect(readAddress(typed, named)).toEqual(readAddress(plain, named))
  expect(readAddress(typed, named).to).toBeDefined()
})

it.each([
  ...['@ada: psst', '@ada,psst', '@ada:psst', '@adda\u3001psst', '@ada\u200bpsst', '@ada\u2800psst', '@a\u0301da psst'],
  ...['@陈你好', '＠陈你好，秘密', '@陈\uff1a你好'],
])('a text after a name without a space is refused, and does not reach all members: %j', (text) => {
  const { to, unknown } = readAddress(text, rosterOf([chen, { id: 'a', name: 'ada' }]))
  expect([to, unknown === undefined]).toEqual([undefined, false])
})

it.each(['@陈', '@ada!', '@ada', '@ada…', '@ben', '@5pm'])('a name alone is for all members: %j', (text) => {
  expect(readAddress(text, rosterOf([chen, { id: 'a', name: 'ada' }])).unknown).toBe(undefined)
})
