/**
 * The scripts that read or change a room, each as one atomic step: Lua in lua/*.lua, run by Redis. The keys of a room share a
 * hash tag, so that they lie on one shard.
 *
 *   meta     hash: epoch (8 hex digits), birth (ms, Redis' clock, when the epoch began), n, seq, bytes (of the events as JSON); tick (ms, when leases were
 *            last renewed), calm (ms, until when no member is removed)
 *   log      stream of entries, each with the id `<birth>-<n>`: entries of a later epoch follow those of an earlier one,
 *            whatever their number, so a server that waits for more entries reads those of an epoch that it does not know
 *   ids      hash: event id → id of its entry; trimmed with the log
 *   members  hash: member id → record [member as JSON, name key, token digest, renames left]
 *   names    hash: name key → member id
 *   tokens   hash: token digest → member id
 *   ended    sorted set: token digests of members that left, by time (ms; a fraction marks an expired lease)
 *   leases   sorted set: member ids by the end of their lease (ms)
 *   leaving  sorted set: members that leave unless a server hears from them, by the end of their grace (ms)
 *   transports  hash: member id → the transport by which the member reads
 *
 * An entry of the log is an event (`s` seq, `a` at, `i` id, `e` the rest as JSON, `r` the record, for `joined` and `renamed`) or
 * a mark for the other servers (`m` a member that leaves unless a server hears from it, `g` ms until then; no member: an epoch
 * has begun; or `t` transports by member id, as JSON). Events are numbered by `seq`, without gaps; entries by `n`.
 */
import { readFileSync } from 'node:fs'

const NAMES = [
  'read-head',
  'append-event',
  'find-event',
  'add-member',
  'find-member-by-token',
  'rename-member',
  'end-member',
  'end-member-later',
  'keep-member',
  'renew-leases',
] as const

/** The name of a file in lua/, and of the command that the Redis client has for it. */
export type ScriptName = (typeof NAMES)[number]

export interface Script {
  lua: string
  /** Names of the keys that the script uses, without the room's prefix. */
  keys: readonly string[]
}

// The folder lies beside this file, and beside the bundle that holds this file.
const readLua = (name: string): string => readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8')

/** Redis runs one text without modules: `-- @include x` stands for the text of x.lua. */
function readScript(name: ScriptName): Script {
  const lua = readLua(name).replace(/^-- @include (\S+)$/gm, (_line, include: string) => readLua(include))
  const [, keys] = /^local (.+) = unpack\(KEYS\)$/m.exec(lua) ?? []
  if (keys === undefined) throw new Error(`${name}.lua does not begin with: local <keys> = unpack(KEYS)`)
  return { lua, keys: keys.split(', ') }
}

export const scripts = Object.fromEntries(NAMES.map((name) => [name, readScript(name)])) as Record<ScriptName, Script>
