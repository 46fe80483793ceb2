import type { Member, RoomEvent } from '../protocol.ts'

/** Members by id. */
export type Roster = ReadonlyMap<string, Member>

export const rosterOf = (members: readonly Member[]): Roster => new Map(members.map((member) => [member.id, member]))

/**
 * The roster after an event. Applying events again that a roster already contains leads to the same roster, so a roster
 * that was read beside the log and the log's own events need no common clock: the last word on each member wins.
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
  /** The member that the text is meant for, alone. */
  to?: Member
  /** Somebody was addressed who is not here. */
  unknown?: string
}

/** Reads `@name text`. Names hold no spaces, so the first word is the name. */
export function readAddress(input: string, roster: Roster): Addressed {
  const text = input.trim()
  const match = /^@(\S+)\s+(.+)$/su.exec(text)
  const [, name, rest] = match ?? []
  if (name === undefined || rest === undefined) return { text }
  const to = [...roster.values()].find((member) => member.name.toLowerCase() === name.toLowerCase())
  return to ? { text: rest, to } : { text, unknown: name }
}
