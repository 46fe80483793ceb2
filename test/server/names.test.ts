import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { readAddress, rosterOf } from '../../src/client/roster.ts'
import { join, rename } from '../../src/client/members.ts'
import { ProblemError } from '../../src/client/transports/transport.ts'
import { nameKey } from '../../src/names.ts'
import { checkName } from '../../src/server/room/names.ts'
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

  it.each(['ᎪᏟᎬ', 'ꓮꓓꓟꓲꓠ', '𐊠𐊂𐊗', 'ᎪᏟᎬ-7'])(
    'of another script whose letters all look Latin is refused: %s',
    async (name) => {
      const { net } = await startPlayground()
      const problem = await problemOf(join(net, 'lobby', { name }))
      expect(problem).toMatchObject({
        status: 400,
        field: 'name',
        limit: 'not letters alone that look like Latin ones',
      })
    },
  )

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
    ['fj', 'ϝϳ'],
    ['wons', 'աօռտ'],
    ['renée', 'rene\u0301e'],
    ['Straße7', 'STRAßE７'],
  ])('%s is taken for %s', async (taken, name) => {
    const playground = await startPlayground()
    const { member } = await person(playground, taken)
    expect(await problemOf(join(playground.net, 'lobby', { name }))).toMatchObject({ status: 409 })
    expect(readAddress(`@${name} hello`, rosterOf([member]))).toEqual({ text: 'hello', to: member })
  })
})

describe('the letters that look like Latin ones', () => {
  /** From each character of confusables.txt of Unicode to the characters by which it is compared. */
  const confusables = JSON.parse(
    readFileSync(createRequire(import.meta.url).resolve('unhomoglyph/data.json'), 'utf8'),
  ) as Record<string, string>
  const skeletonOf = (text: string) =>
    Array.from(text.normalize('NFD'), (character) => confusables[character] ?? character)
      .join('')
      .normalize('NFD')
  const LATIN = Array.from('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
  /** Latin letters that look like this one. */
  const latinLike = (letter: string) => LATIN.filter((latin) => skeletonOf(latin) === skeletonOf(letter))
  /**
   * Letters whose case or composition decides what they look like: `nameKey` ignores both. And letters of the languages of today, which
   * occur in names: U+05D5 looks like an l, U+0647 like an o.
   */
  const EXCEPTIONS =
    /[ſͺΗΝΥϒϹӏʋ]|[\p{scx=Hebrew}\p{scx=Arabic}\p{scx=Devanagari}\p{scx=Bengali}\p{scx=Gurmukhi}\p{scx=Gujarati}\p{scx=Oriya}\p{scx=Tamil}\p{scx=Telugu}\p{scx=Kannada}\p{scx=Malayalam}\p{scx=Sinhala}\p{scx=Thai}\p{scx=Lao}\p{scx=Myanmar}\p{scx=Georgian}\p{scx=Ethiopic}\p{scx=Han}\p{scx=Katakana}\p{scx=Hangul}]/u
  const isRefused = (name: string) => {
    try {
      checkName(name)
      return false
    } catch {
      return true
    }
  }

  it('have the key of a Latin letter, or make no name alone, for each letter in the list of Unicode', () => {
    const letters = Object.keys(confusables).filter((character) => /^\p{L}$/u.test(character))
    const alike = letters.filter(
      (letter) => latinLike(letter).length > 0 && !EXCEPTIONS.test(letter + letter.normalize('NFKC')),
    )
    expect(alike.length).toBeGreaterThan(400)
    const hasKey = (letter: string) => latinLike(letter).some((latin) => nameKey(latin) === nameKey(letter))
    expect(alike.filter((letter) => !hasKey(letter) && !isRefused(letter))).toEqual([])
  })
})
