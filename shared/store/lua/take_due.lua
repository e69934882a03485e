-- Take what is due, and look again later: a member leaves the set only when its record says that it is over.
--
-- KEYS[1] due sorted set   ARGV[1] at most so many   ARGV[2] milliseconds until the same member is due again
-- Returns the members taken, longest overdue first.
local limit, again = tonumber(ARGV[1]), tonumber(ARGV[2])
if not limit or not again then return redis.error_reply('take_due: limit or delay is not a number') end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local members = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, limit)
for _, member in ipairs(members) do redis.call('ZADD', KEYS[1], now + again, member) end
return members
