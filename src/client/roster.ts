import { nameKey } from '../names.ts'
import type { Member, RoomEvent } from '../protocol.ts'

/** Members by id. */
export type Roster = ReadonlyMap<string, Member>

export const rosterOf = (members: readonly Member[]): Roster => new Map(members.map((member) => [member.id, member]))

/**
 * The roster after an event. Applying an event twice gives the same roster, so a roster that was read separately and the log's
 * events need no common clock: the last event of each member wins.
 */
export function applyToRoster(roster: Roster, event: RoomEvent): Roster {
  if (event.type === 'joined' || event.type === 'renamed') return new Map(roster).set(event.member.id, event.member)
  if (event.type !== 'left') return roster
  const rest = new Map(roster)
  rest.delete(event.member.id)
  return rest
}

export interface Addressed {
  text: string
  /** The only recipient of the text. */
  to?: Member
  /** The addressed name, if no member has it. */
  unknown?: string
}

/** `@`, also as an input method writes it, after invisible characters that a copied text may begin with. */
const AT = /^[\p{Default_Ignorable_Code_Point}\s]*[@＠﹫]/u

/** A name of a member, alone or with the text for it. A text that begins with @ and a space may be meant otherwise. */
export function readName(input: string): { name: string; text: string; isApart: boolean } | null {
  const text = input.trim()
  const [at] = AT.exec(text) ?? []
  if (at === undefined) return null
  const [, space = '', name = '', rest = ''] = /^(\s*)(\S*)\s*(.*)$/su.exec(text.slice(at.length)) ?? []
  return name === ''
    ? null
    : { name: name.replace(/\p{Default_Ignorable_Code_Point}/gu, ''), text: rest, isApart: space !== '' }
}

/** Reads `@name text`. Names hold no spaces, so the first word is the name. A text for one member must not reach the others. */
export function readAddress(input: string, roster: Roster): Addressed {
  const text = input.trim()
  const address = readName(text)
  if (!address || address.text === '') return { text }
  const key = nameKey(address.name)
  const to = [...roster.values()].find((member) => nameKey(member.name) === key)
  if (to) return { text: address.text, to }
  return address.isApart ? { text } : { text, unknown: address.name }
}
