-- Tells the other servers that a member leaves after graceMs unless a server hears from it. An empty member: a new epoch.
local function appendMark(member, graceMs)
  n = n + 1
  redis.call('XADD', log, entryId(n), 'm', member, 'g', graceMs)
  redis.call('HSET', meta, 'n', n)
end
