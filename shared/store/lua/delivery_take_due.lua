-- Take what is due, and look again later. A member without a record is dropped: it was released, and no money hangs on it.
--
-- KEYS[1] due sorted set of the deliveries
-- ARGV[1] at most so many  ARGV[2] milliseconds until the same member is due again   ARGV[3] key prefix
-- Returns the members taken, longest overdue first
local limit, again = tonumber(ARGV[1]), tonumber(ARGV[2])
if not limit or not again then return redis.error_reply('delivery_take_due: limit or delay is not a number') end
if not ARGV[3] or ARGV[3] == '' then return redis.error_reply('delivery_take_due: the prefix is missing') end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local taken = {}
for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, limit)) do
  if redis.call('EXISTS', ARGV[3] .. member) == 1 then
    redis.call('ZADD', KEYS[1], now + again, member)
    taken[#taken + 1] = member
  else
    redis.call('ZREM', KEYS[1], member)
  end
end
return taken
