-- The user whose name or token's digest is given. The work is the same whether there is one or not.
--
-- KEYS[1] user-names or user-tokens hash
-- ARGV[1] key prefix   ARGV[2] name or digest
-- Returns the id ('' for nobody) and then the user hash as HGETALL gives it.
local id = redis.call('HGET', KEYS[1], ARGV[2]) or ''
local found = redis.call('HGETALL', ARGV[1] .. 'user:' .. id)
table.insert(found, 1, id)
return found
