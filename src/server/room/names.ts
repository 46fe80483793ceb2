import { randomInt } from 'node:crypto'

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
const RESERVED = new Set(['system', 'server', 'admin', 'notice', '系统', '服务器', '管理员'])

/** Names with the same key look the same to a person: as in RFC 8266, compatibility characters and case are ignored. */
export function nameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}

export const isReserved = (name: string): boolean => RESERVED.has(nameKey(name))
