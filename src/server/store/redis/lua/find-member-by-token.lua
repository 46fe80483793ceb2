local members, tokens, ended = unpack(KEYS)
-- ARGV: 1 token digest
local member = redis.call('HGET', tokens, ARGV[1])
local record = member and redis.call('HGET', members, member)
if record then return {'ok', record} end
return {redis.call('ZSCORE', ended, ARGV[1]) and 'left' or 'unknown'}
