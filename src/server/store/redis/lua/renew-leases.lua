local meta, log, ids, members, names, tokens, ended, leases, leaving, transports = unpack(KEYS)
-- Renews leases, removes members whose lease or grace is over, and stores transports. Members that are leaving are not renewed
-- here: the server may have heard from them before they said that they leave.
--
-- If no server has renewed for a while, Redis or all servers were down, and no member could renew its lease. Then all leases
-- begin again. Only Redis can know: this may be one of many commands that waited for Redis, and the server that sent it may
-- have given it up long ago.
--
-- ARGV: 1 to 4 as in the includes, 5 prefix of event ids, 6 ms of a lease, 7 ms without a renewal that count as an outage,
-- 8 ms until an unused room is deleted, 9 transports by which members have begun to read, as a JSON object by member id,
-- 10 and further: member ids
-- @include now
-- @include state
-- @include require-position
-- @include append-entry
-- @include remove-member

local eventIdPrefix, leaseMs, outageMs = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local renewal = redis.call('HMGET', meta, 'tick', 'calm')
local lastRenewal, keepUntil = renewal[1], tonumber(renewal[2] or 0)
if lastRenewal and now - lastRenewal > outageMs then keepUntil = now + leaseMs end
redis.call('HSET', meta, 'tick', now, 'calm', keepUntil)

local renewed = {}
for i = 10, #ARGV do
  renewed[#renewed + 1] = now + leaseMs
  renewed[#renewed + 1] = ARGV[i]
end
if #renewed > 0 then redis.call('ZADD', leases, 'XX', unpack(renewed)) end

if now >= keepUntil then
  for reason, deadlines in pairs({lease = leases, asked = leaving}) do
    for i, member in ipairs(redis.call('ZRANGE', deadlines, '-inf', now, 'BYSCORE', 'LIMIT', 0, 100)) do
      removeMember(member, reason, eventIdPrefix .. reason .. i)
    end
  end
end
if ARGV[9] ~= '{}' then
  local fields = {}
  for member, transport in pairs(cjson.decode(ARGV[9])) do
    fields[#fields + 1] = member
    fields[#fields + 1] = transport
  end
  redis.call('HSET', transports, unpack(fields))
  n = n + 1
  redis.call('XADD', log, entryId(n), 't', ARGV[9])
  redis.call('HSET', meta, 'n', n)
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[8]) end
return okReply()
