local meta, log, ids, members = unpack(KEYS)
-- ARGV: 1 to 4 as in the includes, 5 event id, 6 event as JSON, 7 the member that must still be here, or ''
-- @include state
-- @include require-position
-- @include append-entry

local eventId, event, author = ARGV[5], ARGV[6], ARGV[7]
if author ~= '' and redis.call('HEXISTS', members, author) == 0 then return {'left'} end
local knownId = redis.call('HGET', ids, eventId)
local known = knownId and redis.call('XRANGE', log, knownId, knownId)[1]
if known then return {'known', known[2]} end
appendEvent(eventId, event)
return okReply()
