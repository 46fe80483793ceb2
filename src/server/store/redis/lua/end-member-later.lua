local meta, log, members, leases, leaving = unpack(KEYS)
-- ARGV: 1 and 2 as in the include, 3 member id, 4 ms of grace, 5 ms until the member is removed
-- @include now
-- @include state
-- @include require-position
-- @include append-mark

local member, graceMs, removalMs = ARGV[3], ARGV[4], tonumber(ARGV[5])
if redis.call('HEXISTS', members, member) == 0 then return {'left'} end
redis.call('ZREM', leases, member)
redis.call('ZADD', leaving, now + removalMs, member)
appendMark(member, graceMs)
return okReply()
