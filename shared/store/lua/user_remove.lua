-- Remove a user: name, token and roles are gone together.
--
-- KEYS[1] user-names hash   KEYS[2] user-tokens hash
-- ARGV[1] key prefix   ARGV[2] name
-- Returns 1, or 0 when there is no such user.
local id = redis.call('HGET', KEYS[1], ARGV[2])
if not id then return 0 end
local key = ARGV[1] .. 'user:' .. id
local digest = redis.call('HGET', key, 'token')
if digest then redis.call('HDEL', KEYS[2], digest) end
redis.call('HDEL', KEYS[1], ARGV[2])
redis.call('DEL', key)
return 1
