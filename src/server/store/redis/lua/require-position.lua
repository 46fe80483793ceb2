-- ARGV: 1 epoch, 2 number of the last entry that the server has read
-- If Redis has less than the server has read, Redis has lost data: the server must run read-head first.
if epoch ~= ARGV[1] or n < tonumber(ARGV[2]) then return {'moved'} end
