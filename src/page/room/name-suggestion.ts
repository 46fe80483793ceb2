/** Loaded when a name is refused. It imports nothing, so that it splits no file of the first screen. */

/** Spaces become hyphens; other characters that are not allowed are left out. */
const joined = (wanted: string, notAllowed: RegExp): string =>
  wanted
    .trim()
    .replaceAll(/\s+/gu, '-')
    .replaceAll(notAllowed, '')
    .replace(/^[_.-]+/u, '')

/** A name of at most `length` characters that a member may have, and that is like the wanted name; null if none is. */
export function memberNameLike(wanted: string, length: number): string | null {
  const name = joined(wanted, /[^\p{L}\p{M}\p{N}_.-]|\p{Default_Ignorable_Code_Point}/gu).replace(/^\p{M}+/u, '')
  return Array.from(name).slice(0, length).join('') || null
}

/** The longest name of a room. */
const ROOM_NAME_LENGTH = 32

/** A name that a room may have, and that is like the wanted name; null if none is. */
export const roomNameLike = (wanted: string): string | null =>
  joined(wanted.normalize('NFKD'), /[^A-Za-z0-9_-]/gu).slice(0, ROOM_NAME_LENGTH) || null
