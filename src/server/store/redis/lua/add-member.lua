local meta, log, ids, members, names, tokens, ended, leases, leaving = unpack(KEYS)
-- ARGV: 1 to 4 as in the includes, 5 event id, 6 event as JSON, 7 member id, 8 record, 9 name key, 10 token digest,
-- 11 ms of a lease, 12 limit of members
-- @include now
-- @include state
-- @include require-position
-- @include append-entry

local eventId, event, member, record, nameKey, tokenDigest = ARGV[5], ARGV[6], ARGV[7], ARGV[8], ARGV[9], ARGV[10]
local leaseMs, maxMembers = tonumber(ARGV[11]), tonumber(ARGV[12])
if redis.call('HEXISTS', members, member) == 1 then return okReply() end
if redis.call('HEXISTS', tokens, tokenDigest) == 1 then return {'known'} end
if redis.call('ZSCORE', ended, tokenDigest) then return {'left'} end
if redis.call('HLEN', members) >= maxMembers then return {'full'} end
if redis.call('HSETNX', names, nameKey, member) == 0 then return {'taken'} end
redis.call('HSET', members, member, record)
redis.call('HSET', tokens, tokenDigest, member)
redis.call('ZADD', leases, now + leaseMs, member)
appendEvent(eventId, event, record)
return okReply()
