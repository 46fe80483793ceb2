import { LIMITS, ROOM_PATTERN } from '../../protocol.ts'

/** Spaces become hyphens; other characters that are not allowed are left out. */
const joined = (wanted: string, notAllowed: RegExp): string =>
  wanted
    .trim()
    .replaceAll(/\s+/gu, '-')
    .replaceAll(notAllowed, '')
    .replace(/^[_.-]+/u, '')

/** A name that a member may have, and that is like the wanted name; null if none is. */
export function memberNameLike(wanted: string): string | null {
  const name = joined(wanted, /[^\p{L}\p{M}\p{N}_.-]|\p{Default_Ignorable_Code_Point}/gu).replace(/^\p{M}+/u, '')
  return Array.from(name).slice(0, LIMITS.nameLength).join('') || null
}

const ROOM = new RegExp(ROOM_PATTERN)
/** The longest name of a room. */
const ROOM_NAME_LENGTH = 32

/** A name that a room may have, and that is like the wanted name; null if none is. */
export function roomNameLike(wanted: string): string | null {
  const name = joined(wanted.normalize('NFKD'), /[^A-Za-z0-9_-]/gu).slice(0, ROOM_NAME_LENGTH)
  return ROOM.test(name) ? name : null
}
