import { createHash } from 'node:crypto'

/**
 * What changes a room, each as one step that nothing comes between: Lua, run by Redis. A room's keys share a hash tag, so
 * that they lie on one shard.
 *
 *   meta     hash: epoch (8 hex digits), birth (ms, Redis' clock, when the epoch began), n, seq; tick (ms, when leases were
 *            last renewed), calm (ms, until when nobody's stay is ended)
 *   log      stream of entries, each with the id `<birth>-<n>`: a later epoch's entries come after an earlier one's
 *            whatever their number is, so a server that waits for more hears of an epoch that it does not know
 *   ids      hash: event id → its place in the log; trimmed with it
 *   members  hash: member id → record [member as JSON, name key, token digest, renames left]
 *   names    hash: name key → member id
 *   tokens   hash: token digest → member id
 *   ended    sorted set: token digests of members that left, by when (ms)
 *   leases   sorted set: member ids by the end of their lease (ms); `leaving` those that go unless they are heard of
 *
 * An entry of the log is an event (`s` seq, `a` at, `i` id, `e` the rest as JSON, `r` the record where there is one) or a mark
 * for the other servers (`m` the member that goes unless it is heard of, `g` ms until then; no member: an epoch has begun).
 * Events are numbered by `seq`, without gaps; entries by `n`.
 */
const KEYS = ['meta', 'log', 'ids', 'members', 'names', 'tokens', 'ended', 'leases', 'leaving'] as const
type Key = (typeof KEYS)[number]

/** Lua that Redis knows by its digest after the first time. */
export class Script {
  readonly keys: readonly Key[]
  readonly text: string
  readonly sha: string

  constructor(keys: readonly Key[], ...parts: readonly string[]) {
    this.keys = keys
    this.text = [`local ${keys.join(', ')} = unpack(KEYS)`, ...parts].join('\n')
    this.sha = createHash('sha1').update(this.text).digest('hex')
  }
}

/** Redis' clock, in ms: the one that all servers share. */
const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`

const state = `
local state = redis.call('HMGET', meta, 'epoch', 'birth', 'n', 'seq')
local epoch, birth, n, seq = state[1], tonumber(state[2]), tonumber(state[3]), tonumber(state[4])
local function place(at) return string.format('%.0f-%.0f', birth, at) end`

/** ARGV 1 and 2: the epoch and the n that the server has read. Where Redis has less, it has lost something: look first. */
const ifWhereSeen = `
if epoch ~= ARGV[1] or n < tonumber(ARGV[2]) then return {'moved'} end`

/** ARGV 3 and 4: how many entries are retained; the server's clock, which stamps the event. */
const put = `
local function put(id, json, record)
  n = n + 1
  seq = seq + 1
  if record then
    redis.call('XADD', log, place(n), 's', seq, 'a', ARGV[4], 'i', id, 'e', json, 'r', record)
  else
    redis.call('XADD', log, place(n), 's', seq, 'a', ARGV[4], 'i', id, 'e', json)
  end
  redis.call('HSET', ids, id, place(n))
  redis.call('HSET', meta, 'n', n, 'seq', seq)
  local retain = tonumber(ARGV[3])
  local over = redis.call('XLEN', log) - retain
  if over < math.min(64, retain) then return end
  for _, old in ipairs(redis.call('XRANGE', log, '-', '+', 'COUNT', over)) do
    if old[2][5] == 'i' then redis.call('HDEL', ids, old[2][6]) end
  end
  redis.call('XTRIM', log, 'MAXLEN', retain)
end`

const mark = `
local function mark(member, graceMs)
  n = n + 1
  redis.call('XADD', log, place(n), 'm', member, 'g', graceMs)
  redis.call('HSET', meta, 'n', n)
end`

/** Ends of stays are remembered for a while, so that their holders are told 410 and not 401. */
const depart = `
local function depart(member, reason, id)
  local record = redis.call('HGET', members, member)
  redis.call('ZREM', leases, member)
  redis.call('ZREM', leaving, member)
  if not record then return false end
  record = cjson.decode(record)
  redis.call('HDEL', members, member)
  redis.call('HDEL', names, record[2])
  redis.call('HDEL', tokens, record[3])
  redis.call('ZADD', ended, now, record[3])
  redis.call('ZREMRANGEBYRANK', ended, 0, -10001)
  put(id, '{"type":"left","id":"' .. id .. '","member":' .. record[1] .. ',"reason":"' .. reason .. '"}')
  return true
end`

const ok = `return {'ok', birth, n, seq}`

/**
 * Where the room stands, and who is in it. Begins an epoch where there is none, and where Redis has lost what this server
 * has read: fewer entries, or another one at the place of the last.
 *
 * ARGV: epoch, n, place and id of the last event, a new epoch, the birth of the known one, ms until a room that nobody looks
 * at is forgotten, '1' for the members
 */
export const look = new Script(
  KEYS,
  now,
  state,
  mark,
  `
local isLost = epoch == ARGV[1] and n < tonumber(ARGV[2])
if epoch == ARGV[1] and ARGV[4] ~= '' then
  local entry = redis.call('XRANGE', log, ARGV[3], ARGV[3])[1]
  if entry and entry[2][6] ~= ARGV[4] then isLost = true end
end
if not epoch then
  redis.call('DEL', log, ids, members, names, tokens, leases, leaving)
  birth, seq = 0, 0
end
if not epoch or isLost then
  epoch, birth, n = ARGV[5], math.max(now, birth + 1, tonumber(ARGV[6]) + 1), 0
  redis.call('HSET', meta, 'epoch', epoch, 'birth', string.format('%.0f', birth), 'seq', seq)
  mark('', 0)
  redis.call('PEXPIRE', meta, ARGV[7])
  redis.call('PEXPIRE', log, ARGV[7])
end
return {'ok', birth, n, seq, epoch, ARGV[8] == '1' and redis.call('HVALS', members) or {}}`,
)

/** ARGV: epoch, n, retain, at, id, event as JSON, member that must still be here or '' */
export const append = new Script(
  ['meta', 'log', 'ids', 'members'],
  state,
  ifWhereSeen,
  put,
  `
if ARGV[7] ~= '' and redis.call('HEXISTS', members, ARGV[7]) == 0 then return {'left'} end
local known = redis.call('HGET', ids, ARGV[5])
local entry = known and redis.call('XRANGE', log, known, known)[1]
if entry then return {'known', entry[2]} end
put(ARGV[5], ARGV[6])
${ok}`,
)

/** ARGV: id */
export const find = new Script(
  ['log', 'ids'],
  `
local known = redis.call('HGET', ids, ARGV[1])
local entry = known and redis.call('XRANGE', log, known, known)[1]
return entry and {'known', entry[2]} or {'unknown'}`,
)

/** ARGV: epoch, n, retain, at, id, event as JSON, member id, record, name key, token digest, lease ms, most members */
export const enter = new Script(
  KEYS,
  now,
  state,
  ifWhereSeen,
  put,
  `
if redis.call('HEXISTS', members, ARGV[7]) == 1 then ${ok} end
if redis.call('HLEN', members) >= tonumber(ARGV[12]) then return {'full'} end
if redis.call('HSETNX', names, ARGV[9], ARGV[7]) == 0 then return {'taken'} end
redis.call('HSET', members, ARGV[7], ARGV[8])
redis.call('HSET', tokens, ARGV[10], ARGV[7])
redis.call('ZADD', leases, now + tonumber(ARGV[11]), ARGV[7])
put(ARGV[5], ARGV[6], ARGV[8])
${ok}`,
)

/** ARGV: token digest */
export const membership = new Script(
  ['members', 'tokens', 'ended'],
  `
local member = redis.call('HGET', tokens, ARGV[1])
local record = member and redis.call('HGET', members, member)
if record then return {'ok', record} end
return {redis.call('ZSCORE', ended, ARGV[1]) and 'left' or 'unknown'}`,
)

/** ARGV: epoch, n, retain, at, id, member id, member as JSON, name key */
export const rename = new Script(
  ['meta', 'log', 'ids', 'members', 'names'],
  state,
  ifWhereSeen,
  put,
  `
local record = redis.call('HGET', members, ARGV[6])
if not record then return {'left'} end
record = cjson.decode(record)
if record[4] <= 0 then return {'used'} end
if ARGV[8] ~= record[2] then
  if redis.call('HSETNX', names, ARGV[8], ARGV[6]) == 0 then return {'taken'} end
  redis.call('HDEL', names, record[2])
end
local was = cjson.encode(cjson.decode(record[1]).name)
record = cjson.encode({ARGV[7], ARGV[8], record[3], record[4] - 1})
redis.call('HSET', members, ARGV[6], record)
put(ARGV[5], '{"type":"renamed","id":"' .. ARGV[5] .. '","member":' .. ARGV[7] .. ',"was":' .. was .. '}', record)
${ok}`,
)

/** ARGV: epoch, n, retain, at, id, member id, reason */
export const end = new Script(
  KEYS,
  now,
  state,
  ifWhereSeen,
  put,
  depart,
  `
if not depart(ARGV[6], ARGV[7], ARGV[5]) then return {'left'} end
${ok}`,
)

/** ARGV: epoch, n, member id, ms of grace, ms until it is over */
export const endSoon = new Script(
  ['meta', 'log', 'members', 'leases', 'leaving'],
  now,
  state,
  ifWhereSeen,
  mark,
  `
if redis.call('HEXISTS', members, ARGV[3]) == 0 then return {'left'} end
redis.call('ZREM', leases, ARGV[3])
redis.call('ZADD', leaving, now + tonumber(ARGV[5]), ARGV[3])
mark(ARGV[3], ARGV[4])
${ok}`,
)

/** It was heard of. ARGV: member id, lease ms */
export const stay = new Script(
  ['leases', 'leaving'],
  now,
  `
if redis.call('ZREM', leaving, ARGV[1]) == 1 then redis.call('ZADD', leases, now + tonumber(ARGV[2]), ARGV[1]) end
return {'ok'}`,
)

/**
 * Renews leases, then ends the stays whose time is over. Those that are leaving are not renewed by this: what was heard of
 * them may be older than their word.
 *
 * After a silence nobody could renew a lease, and this may be the first of many commands that waited for Redis to go on: so
 * every lease begins anew. Redis alone can tell; a server that has long given up this command cannot.
 *
 * ARGV: epoch, n, retain, at, a prefix for ids, lease ms, ms without a tick that are a silence, ms until the room is
 * forgotten, member ids …
 */
export const tick = new Script(
  KEYS,
  now,
  state,
  ifWhereSeen,
  put,
  depart,
  `
local ticked = redis.call('HMGET', meta, 'tick', 'calm')
local calm = tonumber(ticked[2] or 0)
if ticked[1] and now - ticked[1] > tonumber(ARGV[7]) then calm = now + tonumber(ARGV[6]) end
redis.call('HSET', meta, 'tick', now, 'calm', calm)
local renewed = {}
for i = 9, #ARGV do
  renewed[#renewed + 1] = now + tonumber(ARGV[6])
  renewed[#renewed + 1] = ARGV[i]
end
if #renewed > 0 then redis.call('ZADD', leases, 'XX', unpack(renewed)) end
if now >= calm then
  for reason, clock in pairs({lease = leases, asked = leaving}) do
    for i, member in ipairs(redis.call('ZRANGE', clock, '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)) do
      depart(member, reason, ARGV[5] .. reason .. i)
    end
  end
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[8]) end
${ok}`,
)
