-- Put a receipt off: it stays stored, its attempts begin anew, and it is due again after a while, in one step.
--
-- KEYS[1] receipt hash   KEYS[2] due sorted set
-- ARGV[1] member of the due set   ARGV[2] reason   ARGV[3] milliseconds until it is due
-- Returns 1, or 0 when there is nothing to put off: no such receipt (none is made), or it is finished or parked.
if ARGV[1] == '' or ARGV[2] == '' then return redis.error_reply('postpone: an argument is empty') end
local delay = tonumber(string.match(ARGV[3], '^%d+$'))
if not delay then return redis.error_reply('postpone: the delay is not in ms') end
if redis.call('HGET', KEYS[1], 'state') ~= 'stored' then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'attempts', 0, 'reason', ARGV[2])
redis.call('ZADD', KEYS[2], now + delay, ARGV[1])
return 1
