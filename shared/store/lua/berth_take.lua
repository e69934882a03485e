-- One more call to a destination, if not too many are out. Leases end by this server's clock.
--
-- KEYS[1] berths sorted set of the subscription   KEYS[2] there while the destination has proven that it answers soon
-- ARGV[1] delivery id   ARGV[2] at most so many   ARGV[3] at most so many of one unproven
-- ARGV[4] milliseconds of a lease
-- Returns 1, or 0 when all are taken. Who has one keeps it, for a lease from now.
local most, most_unproven, lease = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
if ARGV[1] == '' or not most or not most_unproven or not lease then
  return redis.error_reply('berth_take: id, number of berths or lease is missing')
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '(' .. now + lease, '+inf') -- from before the clock was put back
if redis.call('EXISTS', KEYS[2]) == 0 then most = math.min(most, most_unproven) end
if redis.call('ZCARD', KEYS[1]) >= most and not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + lease, ARGV[1])
redis.call('PEXPIRE', KEYS[1], lease)
return 1
