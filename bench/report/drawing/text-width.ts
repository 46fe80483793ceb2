/** In px. The font of the reader is unknown: the widths are those of the widest of the usual fonts, so that no text is cut off. */
export function textWidth(words: string, size: number, weight = 600): number {
  const ems = Array.from(words, (sign) => WIDTHS.find(([signs]) => signs.test(sign))?.[1] ?? 0.65)
  return ems.reduce((sum, em) => sum + em, 0) * size * (weight >= 600 ? 1.08 : 1)
}

export const widest = (all: readonly string[], size: number, weight?: number): number =>
  Math.ceil(Math.max(0, ...all.map((words) => textWidth(words, size, weight))))

const WIDTHS: readonly [RegExp, number][] = [
  [/[\u2e80-\uffef]/, 1],
  [/[\u202f .,:;'’ijlftr|I()[\]/-]/, 0.42],
  [/[mwMW%→◇]/, 0.98],
  [/[A-Z−]/, 0.78],
]
