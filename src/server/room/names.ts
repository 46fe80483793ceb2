import { randomInt } from 'node:crypto'
import { nameKey } from '../../names.ts'
import { DomainError } from '../errors/domain-error.ts'

interface Words {
  first: readonly string[]
  second: readonly string[]
  joint: string
}

const words = {
  en: {
    first:
      'amber brisk calm clever copper coral dapper early eager fond gentle glad golden hazel jade keen lively lucky mellow mild mint noble olive opal plucky proud quick quiet rosy sandy silver sunny swift tidy vivid warm wise witty'.split(
        ' ',
      ),
    second:
      'badger beaver bison crane dingo dove falcon ferret finch fox gecko hare heron ibis jackal koala lark lemur lynx magpie marten mole moose newt otter owl panda pika plover puffin quail raven robin seal shrew stoat swan tapir tern wren'.split(
        ' ',
      ),
    joint: '-',
  },
  zh: {
    first:
      '机敏 沉静 温暖 快活 勇敢 聪明 安静 开朗 灵巧 翠绿 琥珀 银色 金色 早起 幸运 和气 细心 爽朗 悠闲 好奇 明亮 清新 伶俐 从容'.split(
        ' ',
      ),
    second:
      '水獭 白鹭 壁虎 猞猁 狐狸 松鼠 海豹 云雀 喜鹊 熊猫 羚羊 燕子 刺猬 海豚 天鹅 麋鹿 企鹅 猫头鹰 蜂鸟 河狸 雪貂 翠鸟 鹌鹑 考拉'.split(
        ' ',
      ),
    joint: '的',
  },
} satisfies Record<string, Words>

const pick = (list: readonly string[]): string => list[randomInt(list.length)] ?? ''

/**
 * A pronounceable name: Chinese if an Accept-Language header begins with zh, otherwise English.
 *
 * @param isTaken called for each candidate; after eight, a number is added to the name
 */
export function inventName(acceptLanguage: string | undefined, isTaken: (name: string) => boolean): string {
  const { first, second, joint } = /^\s*zh\b/i.test(acceptLanguage ?? '') ? words.zh : words.en
  for (let tries = 0; ; tries++) {
    const name = pick(first) + joint + pick(second) + (tries < 8 ? '' : String(randomInt(10 ** Math.min(6, tries - 6))))
    if (!isTaken(name)) return name
  }
}

/** Names that no member may have: others could take its messages for the server's. */
const RESERVED_NAMES =
  'system server admin administrator mod moderator notice official 系统 系統 服务器 伺服器 管理员 管理員 版主 官方 公告 通知'.split(
    ' ',
  )

/** The key of a name without separators and accents, and with one letter for each group that looks alike in most fonts. */
const reservedKey = (name: string): string =>
  nameKey(name.normalize('NFKD').replace(/[\p{M}\p{P}]/gu, ''))
    .replaceAll('0', 'o')
    .replaceAll(/[1i]/g, 'l')

const RESERVED = new Set(RESERVED_NAMES.map(reservedKey))

const isReserved = (name: string): boolean => RESERVED.has(reservedKey(name))

/**
 * Scripts that may occur together in a name: one, or those of a language that uses several. CJK letters look like no Latin letter,
 * so Latin may stand beside them. This is the level "highly restrictive" of UTS 39, 5.2, for the recommended scripts of UAX 31.
 */
const SCRIPT_SETS: readonly (readonly string[])[] = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Hangul'],
  ['Latin', 'Han', 'Bopomofo'],
  ...(
    'Arabic Armenian Bengali Cyrillic Devanagari Ethiopic Georgian Greek Gujarati Gurmukhi Hebrew Kannada Khmer Lao ' +
    'Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan'
  )
    .split(' ')
    .map((script) => [script]),
]
const scriptClass = (scripts: readonly string[]): string => scripts.map((script) => `\\p{scx=${script}}`).join('')
/** Digits, signs and accents, which belong to no script. */
const COMMON = scriptClass(['Common', 'Inherited'])
const ONE_SCRIPT: readonly RegExp[] = [
  ...SCRIPT_SETS.map((scripts) => new RegExp(`^[${scriptClass(scripts)}${COMMON}]*$`, 'u')),
  // Letters of further scripts are not told apart.
  new RegExp(`^(?:[${COMMON}]|[^${scriptClass(SCRIPT_SETS.flat())}])*$`, 'u'),
]

/**
 * Letters of all other scripts that look like one Latin letter. From confusables.txt of Unicode, as in names.ts of src/: a name of
 * these letters alone looks like a Latin name, and hardly is a word of its language.
 */
const FURTHER_LOOK_ALIKES =
  'ߊᎠᎡᎢᎥᎩᎪᎫᎬᎳᎷᎻᎽᏀᏂᏃᏏᏒᏔᏕᏙᏚᏞᏟᏢᏦᏧᏳᏴꭵꮁꮃꮓꮩꮪꮯᐯᑌᑭᑯᑲᒍᒪᕁᕼᕽᖇᖯᖴᗅᗞᗪᗰᗷᚷᛁᛕᛖ' +
  'ⲅⲎⲒⲔⲘⲚⲞⲟⲢⲣⲤⲥⲦⲨⲬⳐⴸⴹⵏⵔⵕⵝꓐꓑꓒꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴꛟ𐊂𐊆𐊇𐊊𐊐𐊒𐊕𐊖𐊗' +
  '𐊠𐊡𐊢𐊥𐊫𐊰𐊱𐊲𐊴𐋏𐌁𐌂𐌉𐌑𐌕𐌗𐐄𐐕𐐛𐐠𐐬𐐽𐑈𐒴𐓂𐓎𐓪𐓶𐔓𐔖𐔘𐔜𐔝𐔥𐔦𐔧𑜀𑜆𑜊𑜎𑜏𑢠𑢢𑢣𑢤𑢦𑢩𑢮𑢲𑢵𑢸𑢼𑣀𑣁𑣂𑣃𑣄𑣈' +
  '𑣗𑣘𑣜𖼈𖼊𖼖𖼨𖼵𖼺𖽀𖽂𖽃'
const LOOKS_LATIN = new RegExp(`^[${COMMON}]*[${FURTHER_LOOK_ALIKES}][${FURTHER_LOOK_ALIKES}${COMMON}]*$`, 'u')

/** Three accents in a row, or five vowel signs, which some scripts write one after another. See UTS 39, 5.4. */
const PILED_MARKS = /(?=\p{M})\p{sc=Inherited}{3}|\p{Mn}{5}/u

/** @throws DomainError `invalid` for a name that could look like another one, `name-taken` for one that is the server's */
export function checkName(name: string): void {
  const invalid = (limit: string) =>
    new DomainError('invalid', `name is not of the form: ${limit}`, { field: 'name', limit })
  if (PILED_MARKS.test(name.normalize('NFC'))) throw invalid('at most 2 accents on a letter')
  if (!ONE_SCRIPT.some((script) => script.test(name))) throw invalid('letters of one script')
  if (LOOKS_LATIN.test(name)) throw invalid('not letters alone that look like Latin ones')
  if (isReserved(name))
    throw new DomainError('name-taken', `the name ${name} is reserved for the server`, { field: 'name' })
}
