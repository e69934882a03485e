-- Set a record aside that nobody can work on: out of the due set, into the parked set, with the reason. The record itself
-- stays as it is.
--
-- KEYS[1] due sorted set   KEYS[2] parked sorted set   KEYS[3] quarantine hash
-- ARGV[1] member of the due set   ARGV[2] reason
if ARGV[1] == '' or ARGV[2] == '' then return redis.error_reply('quarantine: an argument is empty') end
local time = redis.call('TIME')
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[2], 'NX', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2])
return 1
