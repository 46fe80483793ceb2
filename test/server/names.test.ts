import { describe, expect, it } from 'vitest'
import { readAddress, rosterOf } from '../../src/client/roster.ts'
import { join, rename } from '../../src/client/members.ts'
import { ProblemError } from '../../src/client/transports/transport.ts'
import { person, startPlayground } from '../support/playground.ts'

const problemOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => new Error('accepted'),
    (why: unknown) => why,
  )
  if (!(error instanceof ProblemError)) throw error
  return error.problem
}

describe('a name', () => {
  it.each([
    ['Cyrillic and Latin', 'аda'],
    ['Greek and Latin', 'αda'],
    ['Cyrillic and Latin, for a reserved word', 'ѕystem'],
    ['Cyrillic and Han', 'я中'],
    ['Hangul and Hiragana', '한の'],
    ['a script without a set and Latin', 'ᏣaᎳ'],
  ])('that mixes %s is refused on joining and on renaming, with the field and the rule', async (_, name) => {
    const playground = await startPlayground()
    const refused = { status: 400, type: 'invalid', field: 'name', limit: 'letters of one script' }
    expect(await problemOf(join(playground.net, 'lobby', { name }))).toMatchObject(refused)
    const { token } = await person(playground, 'ada')
    expect(await problemOf(rename(playground.net, 'lobby', token, name))).toMatchObject(refused)
  })

  it.each([
    ...['ada', 'Zoë', 'Nguyễn', 'Łukasz_7', 'Ольга', 'Ἑλένη', 'שָׁלוֹם', 'محمد', 'नमस्ते', 'สวัสดี', '한국어'],
    ...['小明', '小明Tom', 'さくら桜サクラ', 'ラーメン', '漢字ㄅㄆ', 'ᏣᎳᎩ', 'a1-2.3_4', '7'],
  ])('%s is accepted', async (name) => {
    const { net } = await startPlayground()
    expect((await join(net, 'lobby', { name })).member.name).toBe(name)
  })

  it.each(['q\u0301\u0302\u0303', `a${'\u0301'.repeat(20)}`, `я${'\u0300'.repeat(3)}`])(
    'with three accents on a letter is refused: %j',
    async (name) => {
      const { net } = await startPlayground()
      const problem = await problemOf(join(net, 'lobby', { name }))
      expect(problem).toMatchObject({ status: 400, field: 'name', limit: 'at most 2 accents on a letter' })
    },
  )

  it.each([
    ...['system', 'System.', 'system_', 's-y-s.t_e-m', 'ＳＹＳＴＥＭ', 'ѕуѕтем', 'àdmin', 'adm1n'],
    ...['moderator', 'm0derat0r', '系统', '系統', '管理员', '管理員', '系_统'],
  ])('%s is reserved', async (name) => {
    const { net } = await startPlayground()
    const problem = await problemOf(join(net, 'lobby', { name }))
    expect(problem).toMatchObject({ status: 409, type: 'name-taken', field: 'name' })
  })

  it.each([
    ['ace', 'асе'],
    ['ACE', 'асе'],
    ['oo', 'οο'],
    ['renée', 'rene\u0301e'],
    ['Straße7', 'STRAßE７'],
  ])('%s is taken for %s', async (taken, name) => {
    const playground = await startPlayground()
    const { member } = await person(playground, taken)
    expect(await problemOf(join(playground.net, 'lobby', { name }))).toMatchObject({ status: 409 })
    expect(readAddress(`@${name} hello`, rosterOf([member]))).toEqual({ text: 'hello', to: member })
  })
})
