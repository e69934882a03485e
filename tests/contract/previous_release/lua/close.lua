-- End work on a receipt: its state, out of the due set, into the set of the finished or the parked, in one step.
--
-- KEYS[1] receipt hash   KEYS[2] due sorted set   KEYS[3] finished or parked sorted set
-- ARGV[1] state   ARGV[2] reason   ARGV[3] member of the due set   ARGV[4] member of KEYS[3]
-- Returns 1, or 0 when there is no such receipt (none is made).
if ARGV[1] == '' or ARGV[3] == '' or ARGV[4] == '' then return redis.error_reply('close: an argument is empty') end
redis.call('ZREM', KEYS[2], ARGV[3])
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'state', ARGV[1], 'reason', ARGV[2])
redis.call('ZADD', KEYS[3], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[4])
return 1
