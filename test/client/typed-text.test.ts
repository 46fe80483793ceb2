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
  ])('is for the member of that name, however the name is typed: %j', (text, to) => {
    expect(readAddress(text, roster)).toEqual(to ? { text: 'psst', to } : { text, unknown: 'ren\u00e9e' })
  })

  it('is for all members where it is not an address', () => {
    for (const text of ['hello @陈 psst', '陈 psst', '@ 5 pm?', '@'])
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
