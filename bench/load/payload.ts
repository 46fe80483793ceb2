/**
 * The content of a measured message: its number, and the moment at which the schedule of its publisher *intended* to send it.
 * CLOCK_MONOTONIC agrees across the processes of one host, so the subscriber can subtract.
 */
export interface Stamp {
  index: number
  intendedNs: bigint
}

export const now = (): bigint => process.hrtime.bigint()

/** @throws RangeError when the stamp needs more than `bytes` bytes */
export function writeStamp({ index, intendedNs }: Stamp, bytes: number, filler = '.'): string {
  const stamp = `${index}:${intendedNs}:`
  if (stamp.length > bytes) throw new RangeError(`payload ${bytes} is not allowed: a stamp takes ${stamp.length} bytes`)
  return stamp.padEnd(bytes, filler)
}

/** @returns null for a text without a stamp */
export function readStamp(text: string): Stamp | null {
  const [index, intendedNs, rest] = text.split(':', 3)
  if (index === undefined || intendedNs === undefined || rest === undefined || !/^\d+$/.test(index)) return null
  return { index: Number(index), intendedNs: BigInt(intendedNs) }
}

const VOCABULARY =
  'about after again all also and another any back because before but can come could day did down each even every first for from get give go good great have here how into just know last life like little long look made make man many may more most much must never new no not now of off old one only other our out over own people place right said same say see should show small so some still such take tell than that the their them then there these they thing think this those thought three through time too two under up use very want was water way well went were what when where which while who why will with word work world would write year you your'.split(
    ' ',
  )

/** Random words of at least `length` characters: closer to chat than a repeated character, which would compress too well. */
export function words(random: () => number, length: number): string {
  let text = ''
  while (text.length < length) text += `${VOCABULARY[Math.floor(random() * VOCABULARY.length)]} `
  return text
}
