import { signal } from '@preact/signals'
import { LIMITS, VISIBLE_PATTERN, type Member, type Problem } from '../../protocol.ts'
import { readAddress, readName, type Roster } from '../../client/roster.ts'

/** Why the text was not sent. */
export type Complaint =
  | { type: 'unknown'; name: string }
  | { type: 'no-text'; name: string }
  | { type: 'too-long'; length: number }
  | { type: 'refused'; problem: Problem; text: string }

/** In code points, as the server counts, not in UTF-16 units. */
export const lengthOf = (text: string): number => Array.from(text).length

const VISIBLE = new RegExp(VISIBLE_PATTERN, 'u')

/** The text in the composer, and why it could not be sent. */
export class Composer {
  readonly text = signal('')
  readonly complaint = signal<Complaint | null>(null)
  readonly #save: (text: string) => void

  constructor(text: string, save: (text: string) => void) {
    this.text.value = text
    this.#save = save
  }

  write(text: string): void {
    this.text.value = text
    this.complaint.value = null
    this.#save(text)
  }

  /** Removes the text and returns it when it can be sent; otherwise keeps it and sets `complaint`. */
  takeDraft(roster: Roster): { text: string; to?: Member } | null {
    const input = this.text.peek().trim()
    if (!VISIBLE.test(input)) return null
    const { text, to, unknown } = readAddress(input, roster)
    this.complaint.value = complaintOf(input, text, unknown)
    if (this.complaint.peek()) return null
    this.write('')
    return to ? { text, to } : { text }
  }

  /** The server refused the text. It is shown again, unless another text has been begun since. */
  restore(text: string, problem: Problem): void {
    if (this.text.peek() === '') this.write(text)
    this.complaint.value = { type: 'refused', problem, text }
  }
}

function complaintOf(input: string, text: string, unknown: string | undefined): Complaint | null {
  if (unknown !== undefined) return { type: 'unknown', name: unknown }
  const address = readName(input)
  const isNameAlone = address?.text === '' && !address.isApart
  if (isNameAlone || !VISIBLE.test(text)) return { type: 'no-text', name: address?.name ?? '' }
  const length = lengthOf(text)
  return length > LIMITS.textLength ? { type: 'too-long', length } : null
}
