import type { RoomItem } from '../../src/node/index.ts'

/** Reads until `count` messages have arrived, and returns their texts. */
export async function readTexts(items: AsyncIterable<RoomItem>, count: number): Promise<string[]> {
  const texts: string[] = []
  for await (const item of items) {
    if (item.type === 'message') texts.push(item.text)
    if (texts.length === count) break
  }
  return texts
}
