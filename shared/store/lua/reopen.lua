-- Take a receipt up again that is finished or waits for a person: stored and due at once, its attempts begin anew, and
-- its history says who wanted it; in one step.
--
-- KEYS[1] receipt hash   KEYS[2] due sorted set   KEYS[3] parked sorted set   KEYS[4] finished sorted set
-- KEYS[5] quarantine hash   KEYS[6] history list of the receipt
-- ARGV[1] member of the due and parked sets   ARGV[2] member of the finished set   ARGV[3] history entry (JSON)
-- Returns 1, or 0 when there is nothing to take up: no such receipt (none is made), or it is being worked on.
for i = 1, 3 do
  if not ARGV[i] or ARGV[i] == '' then return redis.error_reply('reopen: argument ' .. i .. ' is empty') end
end
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 0 end
local state = redis.call('HGET', KEYS[1], 'state')
local set_aside = redis.call('HEXISTS', KEYS[5], ARGV[1]) == 1
if state ~= 'finished' and state ~= 'parked' and not set_aside then return 0 end

local time = redis.call('TIME')
redis.call('HSET', KEYS[1], 'state', 'stored', 'attempts', 0, 'reason', '')
redis.call('ZREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[4], ARGV[2])
redis.call('HDEL', KEYS[5], ARGV[1])
redis.call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
redis.call('RPUSH', KEYS[6], ARGV[3])
return 1
