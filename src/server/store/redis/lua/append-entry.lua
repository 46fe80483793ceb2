-- ARGV: 3 entries and bytes to retain, as in 10000/16777216, 4 the server's clock in ms, which stamps the event
local function appendEvent(id, json, record)
  n = n + 1
  seq = seq + 1
  if record then
    redis.call('XADD', log, entryId(n), 's', seq, 'a', ARGV[4], 'i', id, 'e', json, 'r', record)
  else
    redis.call('XADD', log, entryId(n), 's', seq, 'a', ARGV[4], 'i', id, 'e', json)
  end
  redis.call('HSET', ids, id, entryId(n))
  redis.call('HSET', meta, 'n', n, 'seq', seq)
  local bytes = redis.call('HINCRBY', meta, 'bytes', #json)
  local retainedCount, retainedBytes = string.match(ARGV[3], '(%d+)/(%d+)')
  local retain, limitBytes = tonumber(retainedCount), tonumber(retainedBytes)
  local length = redis.call('XLEN', log)
  local excess = length - retain
  -- Trimming 64 entries, or an eighth of the bytes, at once costs less than one entry for each event.
  if excess < math.min(64, retain) and bytes <= limitBytes then return end
  local keptBytes = bytes > limitBytes and math.floor(limitBytes * 7 / 8) or bytes
  while length > 1 and (excess > 0 or bytes > keptBytes) do
    local dropped = 0
    for _, old in ipairs(redis.call('XRANGE', log, '-', '+', 'COUNT', math.min(64, length - 1))) do
      if excess <= 0 and bytes <= keptBytes then break end
      if old[2][5] == 'i' then
        redis.call('HDEL', ids, old[2][6])
        bytes = bytes - #old[2][8]
      end
      dropped = dropped + 1
      excess = excess - 1
    end
    length = length - dropped
    redis.call('XTRIM', log, 'MAXLEN', length)
  end
  redis.call('HSET', meta, 'bytes', math.max(0, bytes))
end
