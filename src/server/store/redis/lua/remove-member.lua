-- Removes a member and appends its `left`. Returns false if it has left before.
local function removeMember(member, reason, eventId)
  local record = redis.call('HGET', members, member)
  redis.call('ZREM', leases, member)
  redis.call('ZREM', leaving, member)
  redis.call('HDEL', transports, member)
  if not record then return false end
  record = cjson.decode(record)
  redis.call('HDEL', members, member)
  redis.call('HDEL', names, record[2])
  redis.call('HDEL', tokens, record[3])
  -- The last 10,000 are remembered, so that their holders get 410 and not 401.
  -- Half a ms marks an expired lease.
  redis.call('ZADD', ended, reason == 'lease' and now + 0.5 or now, record[3])
  redis.call('ZREMRANGEBYRANK', ended, 0, -10001)
  appendEvent(
    eventId,
    '{"type":"left","id":"' .. eventId .. '","member":' .. record[1] .. ',"reason":"' .. reason .. '"}'
  )
  return true
end
