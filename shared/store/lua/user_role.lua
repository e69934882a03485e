-- Give a role to a user, or take it away.
--
-- KEYS[1] user-names hash
-- ARGV[1] key prefix   ARGV[2] name   ARGV[3] "grant" or "revoke"   ARGV[4] role
-- Returns 1, or 0 when nothing changed: no such user, or it is as wanted already.
if ARGV[4] == '' or (ARGV[3] ~= 'grant' and ARGV[3] ~= 'revoke') then
  return redis.error_reply('user_role: neither grant nor revoke, or no role')
end
local id = redis.call('HGET', KEYS[1], ARGV[2])
if not id then return 0 end
local key, field = ARGV[1] .. 'user:' .. id, 'role:' .. ARGV[4]
if ARGV[3] == 'grant' then return redis.call('HSET', key, field, '1') end
return redis.call('HDEL', key, field)
