local meta, log, ids, members, names, tokens, ended, leases, leaving, transports = unpack(KEYS)
-- ARGV: 1 to 4 as in the includes, 5 event id, 6 member id, 7 reason
-- @include now
-- @include state
-- @include require-position
-- @include append-entry
-- @include remove-member

if not removeMember(ARGV[6], ARGV[7], ARGV[5]) then return {'left'} end
return okReply()
