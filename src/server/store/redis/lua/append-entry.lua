-- ARGV: 3 entries to retain, 4 the server's clock in ms, which stamps the event
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
  local retain = tonumber(ARGV[3])
  local excess = redis.call('XLEN', log) - retain
  -- Trimming 64 entries at once costs less than one entry for each event.
  if excess < math.min(64, retain) then return end
  for _, old in ipairs(redis.call('XRANGE', log, '-', '+', 'COUNT', excess)) do
    if old[2][5] == 'i' then redis.call('HDEL', ids, old[2][6]) end
  end
  redis.call('XTRIM', log, 'MAXLEN', retain)
end
