local log, ids = unpack(KEYS)
-- ARGV: 1 event id
local knownId = redis.call('HGET', ids, ARGV[1])
local known = knownId and redis.call('XRANGE', log, knownId, knownId)[1]
return known and {'known', known[2]} or {'unknown'}
