-- May a call to this destination go now? One answer for all workers.
--
-- KEYS[1] gate hash of the destination
-- ARGV[1] failures in a row that close the gate   ARGV[2] milliseconds a probe may take
-- ARGV[3] milliseconds after which to ask again while another's probe is out
-- ARGV[4] milliseconds of the longest pause of any kind   ARGV[5] "look" to take no probe, "" to go
-- Returns {milliseconds to wait (0: go), "1" when anything is known against the destination, else "0"}
--
-- Fields: failures (in a row), closed_until (after failures), slow_until (as the destination asked), probe_until; times
-- in ms of this server's clock. The hash expires when nothing was said for long.
for i = 1, 4 do
  if not tonumber(ARGV[i]) then return redis.error_reply('gate_enter: argument ' .. i .. ' is not a number') end
end
if redis.call('EXISTS', KEYS[1]) == 0 then return {0, '0'} end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'closed_until', 'slow_until', 'probe_until', 'failures')

-- Nothing is closed for longer than the longest pause: a later moment comes from a clock that was put back since.
local function left(moment, longest)
  local milliseconds = tonumber(moment or 0) - now
  if milliseconds > longest then return 0 end
  return math.max(milliseconds, 0)
end

local wait = math.max(left(known[1], tonumber(ARGV[4])), left(known[2], tonumber(ARGV[4])))
if wait > 0 then return {wait, '1'} end
if tonumber(known[4] or 0) < tonumber(ARGV[1]) then return {0, '1'} end
-- The pause is over: one call goes ahead as a probe, the others wait for what it finds.
wait = left(known[3], tonumber(ARGV[2]))
if wait > 0 then return {math.min(wait, tonumber(ARGV[3])), '1'} end
if ARGV[5] ~= 'look' then redis.call('HSET', KEYS[1], 'probe_until', now + tonumber(ARGV[2])) end
return {0, '1'}
