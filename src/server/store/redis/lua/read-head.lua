local meta, log, ids, members, names, tokens, ended, leases, leaving, transports = unpack(KEYS)
-- The position of the head, and the records of the members. Begins an epoch if there is none, or if Redis has lost what
-- this server has read: there are fewer entries, or the last one that the server read has another event id.
--
-- ARGV: 1 epoch, 2 number of the last entry that the server has read, 3 id of the entry and 4 id of the event that it read
-- last, 5 a new epoch, 6 birth of the known epoch, 7 ms until an unused room is deleted, 8 '1' to get the members,
-- 9 '1' to create the room. Otherwise, a server that does not know the room gets 'none', and Redis stores nothing.
-- @include now
-- @include state
-- @include append-mark

if not epoch and ARGV[1] == '' and ARGV[9] ~= '1' then return {'none'} end
local isLost = epoch == ARGV[1] and n < tonumber(ARGV[2])
if epoch == ARGV[1] and ARGV[4] ~= '' then
  local entry = redis.call('XRANGE', log, ARGV[3], ARGV[3])[1]
  if entry and entry[2][6] ~= ARGV[4] then isLost = true end
end
if not epoch then
  redis.call('DEL', log, ids, members, names, tokens, leases, leaving, transports)
  birth, seq = 0, 0
end
if not epoch or isLost then
  epoch, birth, n = ARGV[5], math.max(now, birth + 1, tonumber(ARGV[6]) + 1), 0
  redis.call('HSET', meta, 'epoch', epoch, 'birth', string.format('%.0f', birth), 'seq', seq)
  if seq == 0 then redis.call('HSET', meta, 'bytes', 0) end
  appendMark('', 0)
  redis.call('PEXPIRE', meta, ARGV[7])
  redis.call('PEXPIRE', log, ARGV[7])
end
if ARGV[8] ~= '1' then return {'ok', birth, n, seq, epoch} end
return {'ok', birth, n, seq, epoch, redis.call('HVALS', members), redis.call('HGETALL', transports)}
