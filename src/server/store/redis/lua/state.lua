local state = redis.call('HMGET', meta, 'epoch', 'birth', 'n', 'seq')
local epoch, birth, n, seq = state[1], tonumber(state[2]), tonumber(state[3]), tonumber(state[4])

local function entryId(number)
  return string.format('%.0f-%.0f', birth, number)
end

local function okReply()
  return {'ok', birth, n, seq}
end
