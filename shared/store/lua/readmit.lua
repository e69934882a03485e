-- Take a record up again that was set aside: due at once, out of the parked set.
--
-- KEYS[1] due sorted set   KEYS[2] parked sorted set   KEYS[3] quarantine hash   ARGV[1] member
-- Returns 1, or 0 when it is not set aside.
if redis.call('HDEL', KEYS[3], ARGV[1]) == 0 then return 0 end
local time = redis.call('TIME')
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
return 1
