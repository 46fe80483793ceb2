/** When two names are the same name. Shared by server and client. Imports nothing of ours. */

/**
 * Lower-case letters that look like Latin ones, or whose capital does, in pairs: the letter, and the Latin letter. From
 * https://www.unicode.org/Public/security/latest/confusables.txt (Unicode License), reduced to letters of Cyrillic, Greek, Armenian
 * and Latin, in this order. A name has one script (see room/names.ts on the server), so these are the letters of which a whole name
 * can look like a Latin one. A test compares them with the list of Unicode.
 */
const LOOK_ALIKES =
  'аaвbсcԁdеeһhнhіiјjкkӏlмmоoрpԛqгrѕsтtѵvԝwхxуyүyьbѡwҽeԍgꙇi' +
  'αaβbεeιiκkμmνvοoρpσoτtυuχxγyζzηnϳjϝfςcϻmᴦr' +
  'օoոnսuհhցgզqտsաwգqռnքf' +
  'ɑaɡgıiɩiʋvƅbƍgʀrƽsɣyɪiɯwʏyᴄcᴏoᴑoᴜuᴠvᴡwᴢzᶃgᶌyẝfỿyꜱsꞙfꞟuʝjꭓxꞵbꬲeꬵfꬽoꭇrꭈrꭎuꭒuꭚyǀl'

const toLatin = new Map(
  Array.from({ length: LOOK_ALIKES.length / 2 }, (_, i): [string, string] => [
    LOOK_ALIKES.charAt(2 * i),
    LOOK_ALIKES.charAt(2 * i + 1),
  ]),
)

/** A dot above a letter that has a dot already, such as i, is not visible. The Turkish İ is such a letter in lower case. */
const SECOND_DOT = /(?<=\p{Soft_Dotted}\p{M}*)\u0307/gu

/**
 * Names with the same key look the same to a person. Compatibility characters, composition and case are ignored as in RFC 8266, and
 * a name in another script that looks like a Latin one has the key of the Latin one, also with accents.
 */
export const nameKey = (name: string): string =>
  Array.from(name.normalize('NFKC').toLowerCase().normalize('NFKD'), (letter) => toLatin.get(letter) ?? letter)
    .join('')
    .replace(SECOND_DOT, '')
    .normalize('NFKC')
