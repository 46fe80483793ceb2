local members, tokens, ended = unpack(KEYS)
-- ARGV: 1 token digest
local member = redis.call('HGET', tokens, ARGV[1])
local record = member and redis.call('HGET', members, member)
if record then return {'ok', record} end
local endedAt = redis.call('ZSCORE', ended, ARGV[1])
if not endedAt then return {'unknown'} end
return {'left', '', tonumber(endedAt) % 1 == 0 and 'other' or 'lease'}
