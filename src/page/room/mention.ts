import type { Roster } from '../../client/roster.ts'
import { nameKey } from '../../names.ts'
import type { Member } from '../../protocol.ts'

/** `@`, also as an input method writes it, and the beginning of a name, up to the end. As in readName, invisible characters may precede. */
const BEGUN = /^[\p{Default_Ignorable_Code_Point}\s]*[@＠﹫](?<name>\S*)$/u

/** The name that is being written at the caret, after an @ at the beginning of the text; null if there is none. */
export function begunName(text: string, caret: number): string | null {
  const rest = text.slice(caret)
  // The caret is within a word: the name may be written already.
  if (rest !== '' && !/^\s/u.test(rest)) return null
  return BEGUN.exec(text.slice(0, caret))?.groups?.['name'] ?? null
}

/** The members that a begun name may mean: names that begin with it come before names that contain it. */
export function membersNamed(begun: string, roster: Roster, ownId: string | undefined): readonly Member[] {
  const key = nameKey(begun)
  return [...roster.values()]
    .filter(({ id, quiet }) => id !== ownId && !quiet)
    .map((member) => ({ member, at: nameKey(member.name).indexOf(key) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => Math.min(a.at, 1) - Math.min(b.at, 1) || a.member.name.localeCompare(b.member.name))
    .map(({ member }) => member)
}
