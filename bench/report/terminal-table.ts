import { stripVTControlCharacters } from 'node:util'

/** Characters that are two columns wide: CJK, full-width forms, emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const NONE = /[\p{Mn}\p{Me}\p{Cf}]/u

export function displayWidth(words: string): number {
  let width = 0
  for (const sign of stripVTControlCharacters(words)) width += NONE.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1
  return width
}

/** Removes control sequences, so that a text from a file cannot control the terminal. */
export const tame = (words: string): string => stripVTControlCharacters(words).replace(/\p{Cc}+/gu, ' ')

export interface Column {
  head: string
  align?: 'left' | 'right'
}

export type Paint = (words: string, row: number, column: number) => string

/** Aligned columns with two spaces between; fields are painted after they are measured. */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[], paint: Paint): string[] {
  const widths = columns.map(({ head }, i) =>
    Math.max(displayWidth(head), ...rows.map((row) => displayWidth(row[i] ?? ''))),
  )
  const lineOf = (fields: readonly string[], row: number): string =>
    columns
      .map(({ align = 'left' }, i) => {
        const words = fields[i] ?? ''
        const space = ' '.repeat(Math.max(0, (widths[i] ?? 0) - displayWidth(words)))
        const painted = paint(words, row, i)
        return align === 'right' ? space + painted : painted + space
      })
      .join('  ')
      .trimEnd()
  return [lineOf(columns.map(({ head }) => head), -1), ...rows.map((row, i) => lineOf(row, i))] // prettier-ignore
}

/** Breaks between words or CJK characters, so that no line is wider than `width`; all lines but the first are indented. */
export function wrap(words: string, width: number, indent = ''): string[] {
  const room = Math.max(20, width - displayWidth(indent))
  const pieces = words.match(new RegExp(`${WIDE.source}|[^\\s\\u2e80-\\uffef]+|\\s+`, 'gu')) ?? []
  const lines: string[] = []
  let line = ''
  for (const piece of pieces.flatMap((one) => chopped(one, room))) {
    if (line !== '' && displayWidth(line + piece.trimEnd()) > room) {
      lines.push(line.trimEnd())
      line = piece.trimStart()
    } else line += line === '' ? piece.trimStart() : piece
  }
  if (line.trim() !== '') lines.push(line.trimEnd())
  return lines.map((one, i) => (i === 0 ? one : indent + one))
}

/** A word that is longer than a line. */
function chopped(word: string, room: number): string[] {
  if (displayWidth(word) <= room) return [word]
  const parts: string[] = []
  for (const sign of word) {
    const last = parts.at(-1)
    if (last === undefined || displayWidth(last + sign) > room) parts.push(sign)
    else parts[parts.length - 1] = last + sign
  }
  return parts
}
