local leases, leaving = unpack(KEYS)
-- A server has heard from a member that was about to leave: its lease begins again.
-- ARGV: 1 member id, 2 ms of a lease
-- @include now

if redis.call('ZREM', leaving, ARGV[1]) == 1 then redis.call('ZADD', leases, now + tonumber(ARGV[2]), ARGV[1]) end
return {'ok'}
