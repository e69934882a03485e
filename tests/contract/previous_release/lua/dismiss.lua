-- A person has seen to a receipt that waited for one: finished, for the reason given, and its history says who did it;
-- in one step.
--
-- KEYS[1] receipt hash   KEYS[2] due sorted set   KEYS[3] parked sorted set   KEYS[4] finished sorted set
-- KEYS[5] quarantine hash   KEYS[6] history list of the receipt
-- ARGV[1] member of the due and parked sets   ARGV[2] member of the finished set   ARGV[3] history entry (JSON)
-- ARGV[4] reason
-- Returns 1, or 0 when there is nothing to dismiss: no such receipt (none is made), or it waits for nobody.
for i = 1, 4 do
  if not ARGV[i] or ARGV[i] == '' then return redis.error_reply('dismiss: argument ' .. i .. ' is empty') end
end
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 0 end
local set_aside = redis.call('HEXISTS', KEYS[5], ARGV[1]) == 1
if redis.call('HGET', KEYS[1], 'state') ~= 'parked' and not set_aside then return 0 end

local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'state', 'finished', 'reason', ARGV[4])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[5], ARGV[1])
redis.call('ZADD', KEYS[4], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[2])
redis.call('RPUSH', KEYS[6], ARGV[3])
return 1
