import { MODEL_STROKE } from './curves.ts'
import { diamond, INK, line, text, type Svg } from './svg.ts'
import { textWidth } from './text-width.ts'

interface Entry {
  words: string
  /** Px of the sign and the space after it. */
  signWidth: number
  sign: (x: number, y: number) => Svg
}

export const notValidEntry = (words: string): Entry => ({
  words,
  signWidth: 16,
  sign: (x, y) => diamond(x + 5, y, 4.5),
})

export const modelEntry = (words: string): Entry => ({
  words,
  signWidth: 24,
  sign: (x, y) => line([[x, y], [x + 18, y]], MODEL_STROKE),
}) // prettier-ignore

const GAP = 14
const MIDDLE = 12
const ROW = 18

/** Above a plot: the name of the y axis at the left, signs at the right. Where one row is too narrow, the name is below them. */
export function plotHead(yName: string, entries: readonly Entry[], width: number): { content: Svg; height: number } {
  const widths = entries.map(({ words, signWidth }) => signWidth + textWidth(words, 11, 400))
  const total = widths.reduce((sum, one) => sum + one + GAP, 0)
  const nameMiddle = textWidth(yName, 11, 400) + total <= width ? MIDDLE : MIDDLE + ROW
  let x = width - total + GAP
  const signs = entries.map(({ words, signWidth, sign }, i) => {
    const content = sign(x, MIDDLE) + text(words, x + signWidth, MIDDLE, { color: INK.soft, size: 11 })
    x += (widths[i] ?? 0) + GAP
    return content
  })
  return {
    content: text(yName, 0, nameMiddle, { color: INK.soft, size: 11 }) + signs.join(''),
    height: nameMiddle + 20,
  }
}
