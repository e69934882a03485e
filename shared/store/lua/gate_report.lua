-- What a call to this destination met.
--
-- KEYS[1] gate hash of the destination, see gate_enter.lua
-- ARGV[1] "good", "slow down" or "bad"   ARGV[2] milliseconds that a "slow down" asks for
-- ARGV[3] failures in a row that close the gate   ARGV[4] milliseconds of the first pause   ARGV[5] of the longest
-- ARGV[6] milliseconds after which an idle gate is forgotten   ARGV[7] milliseconds of the longest pause of any kind
-- Returns milliseconds until the gate opens, 0 when it is open.
for i = 2, 7 do
  if not tonumber(ARGV[i]) then return redis.error_reply('gate_report: argument ' .. i .. ' is not a number') end
end
local report = ARGV[1]
if report ~= 'good' and report ~= 'slow down' and report ~= 'bad' then
  return redis.error_reply('gate_report: unknown report ' .. report)
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'closed_until', 'slow_until')

local function believed(moment)
  moment = tonumber(moment or 0)
  return moment - now > tonumber(ARGV[7]) and 0 or moment -- see gate_enter.lua: the clock was put back
end

local closed_until, slow_until = believed(known[1]), believed(known[2])

if report == 'good' then
  -- A call that went out before the destination asked for a pause says nothing against the pause.
  if slow_until <= now then
    redis.call('DEL', KEYS[1])
    return 0
  end
  redis.call('HDEL', KEYS[1], 'failures', 'closed_until', 'probe_until')
  return slow_until - now
end

if report == 'slow down' then
  slow_until = math.max(slow_until, now + tonumber(ARGV[2]))
  redis.call('HSET', KEYS[1], 'slow_until', slow_until)
  redis.call('HDEL', KEYS[1], 'probe_until')
elseif closed_until <= now then
  -- One failure, one step: calls that were out when the gate closed do not close it for longer.
  local over = redis.call('HINCRBY', KEYS[1], 'failures', 1) - tonumber(ARGV[3])
  if over >= 0 then
    closed_until = now + math.floor(math.min(tonumber(ARGV[4]) * 2 ^ math.min(over, 20), tonumber(ARGV[5])))
    redis.call('HSET', KEYS[1], 'closed_until', closed_until)
  end
  redis.call('HDEL', KEYS[1], 'probe_until')
end
local left = math.max(closed_until, slow_until) - now
redis.call('PEXPIRE', KEYS[1], math.max(tonumber(ARGV[6]), left))
return math.max(left, 0)
