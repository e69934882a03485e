-- Take what is due, and look again later: a member leaves the set only when its record says that it is over, or when it
-- has no record at all, which would come round for ever.
--
-- KEYS[1] due sorted set   KEYS[2] parked sorted set   KEYS[3] quarantine hash
-- ARGV[1] at most so many  ARGV[2] milliseconds until the same member is due again
-- ARGV[3] key prefix       ARGV[4] reason for a member without a record
-- Returns {the members taken, longest overdue first; those that were set aside}
local limit, again = tonumber(ARGV[1]), tonumber(ARGV[2])
if not limit or not again then return redis.error_reply('take_due: limit or delay is not a number') end
if not ARGV[4] or ARGV[3] == '' or ARGV[4] == '' then return redis.error_reply('take_due: prefix or reason is missing') end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local taken, aside = {}, {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, limit)) do
  local record = string.sub(member, 1, 8) == 'receipt:' and member or 'flow:' .. member
  if redis.call('EXISTS', ARGV[3] .. record) == 1 then
    redis.call('ZADD', KEYS[1], now + again, member)
    taken[#taken + 1] = member
  else
    redis.call('ZREM', KEYS[1], member)
    redis.call('ZADD', KEYS[2], 'NX', now, member)
    redis.call('HSET', KEYS[3], member, ARGV[4])
    aside[#aside + 1] = member
  end
end
return {taken, aside}
