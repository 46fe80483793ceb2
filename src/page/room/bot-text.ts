import type { Random } from '../../random.ts'

/** Sizes of a bot's texts, in bytes. The room's limit is 2000 characters. null: a sentence, of some 40 bytes. */
export const BOT_TEXT_BYTES: readonly (number | null)[] = [null, 4, 40, 200, 1000, 2000]

/** From this size on a text begins with its number. */
const NUMBERED_BYTES = 20

const WORDS = ['that', 'with', 'from', 'this', 'have', 'what', 'time', 'then', 'more', 'when', 'some', 'into']

/** A text of exactly this many bytes: a smaller text is a token of a stream. */
export function textOfBytes(bytes: number, count: number, random: Random): string {
  let text = bytes < NUMBERED_BYTES ? '' : `${count}:`
  while (text.length < bytes) text += `${text === '' ? '' : ' '}${WORDS[Math.floor(random() * WORDS.length)] ?? ''}`
  return text.slice(0, bytes)
}
