local meta, log, ids, members, names = unpack(KEYS)
-- ARGV: 1 to 4 as in the includes, 5 event id, 6 member id, 7 member as JSON, with the new name, 8 new name key
-- @include state
-- @include require-position
-- @include append-entry

local eventId, member, memberJson, nameKey = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local record = redis.call('HGET', members, member)
if not record then return {'left'} end
local oldJson, oldNameKey, tokenDigest, renamesLeft = unpack(cjson.decode(record))
if renamesLeft <= 0 then return {'used'} end
if nameKey ~= oldNameKey then
  if redis.call('HSETNX', names, nameKey, member) == 0 then return {'taken'} end
  redis.call('HDEL', names, oldNameKey)
end
local was = cjson.encode(cjson.decode(oldJson).name)
record = cjson.encode({memberJson, nameKey, tokenDigest, renamesLeft - 1})
redis.call('HSET', members, member, record)
appendEvent(
  eventId,
  '{"type":"renamed","id":"' .. eventId .. '","member":' .. memberJson .. ',"was":' .. was .. '}',
  record
)
return okReply()
