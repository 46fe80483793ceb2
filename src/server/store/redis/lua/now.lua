-- Redis' clock in ms: the one clock that all servers share.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
