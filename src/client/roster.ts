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

/** Reads `@name text`. Names hold no spaces, so the first word is the name. */
export function readAddress(input: string, roster: Roster): Addressed {
  const text = input.trim()
  const match = /^@(\S+)\s+(.+)$/su.exec(text)
  const [, name, rest] = match ?? []
  if (name === undefined || rest === undefined) return { text }
  const key = nameKey(name)
  const to = [...roster.values()].find((member) => nameKey(member.name) === key)
  return to ? { text: rest, to } : { text, unknown: name }
}
