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

/**
 * `@`, also as an input method writes it, after invisible characters that a copied text may begin with. Or a command by which other
 * chats send privately, such as `/msg`: its text is not for all members.
 */
const AT = /^[\p{Default_Ignorable_Code_Point}\s]*(?:[@＠﹫]|[/／](?:msg|w|whisper|dm|pm|tell)\s+[@＠﹫]?)/iu

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

/** A name, a character that no name has, and a text: `ada:psst`. */
const NAME_AND_TEXT = /^[\p{L}\p{M}\p{N}_.-]+[^\p{L}\p{M}\p{N}_.-]+[\p{L}\p{N}]/u

/**
 * Reads `@name text`. Names hold no spaces, so the first word is the name. A text for one member must not reach the others: languages
 * without spaces continue after a name at once, and such a text has no recipient. A name alone is for all members.
 */
export function readAddress(input: string, roster: Roster): Addressed {
  const text = input.trim()
  const address = readName(text)
  if (!address) return { text }
  const key = nameKey(address.name)
  const keys = [...roster.values()].map((member) => ({ member, own: nameKey(member.name) }))
  const to = keys.find(({ own }) => own === key)?.member
  if (to && address.text !== '') return { text: address.text, to }
  if (to || address.isApart) return { text }
  const isContinued = keys.some(({ own }) => key.startsWith(own) && /[\p{L}\p{N}]/u.test(key.slice(own.length)))
  const isWithText = address.text !== '' || isContinued || NAME_AND_TEXT.test(address.name)
  return isWithText ? { text, unknown: address.name } : { text }
}
