-- A new user, known by name and by the digest of a token, in one step.
--
-- KEYS[1] user-names hash   KEYS[2] user-tokens hash   KEYS[3] user hash
-- ARGV[1] id   ARGV[2] name   ARGV[3] SHA-256 of the token   ARGV[4] created_at   ARGV[5...] roles
-- Returns 1, or 0 when another has the name and nothing was written.
for i = 1, 4 do
  if not ARGV[i] or ARGV[i] == '' then return redis.error_reply('user_add: argument ' .. i .. ' is empty') end
end
if redis.call('HSETNX', KEYS[1], ARGV[2], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[2], ARGV[3], ARGV[1])
redis.call('HSET', KEYS[3], 'name', ARGV[2], 'token', ARGV[3], 'created_at', ARGV[4])
for i = 5, #ARGV do redis.call('HSET', KEYS[3], 'role:' .. ARGV[i], '1') end
return 1
