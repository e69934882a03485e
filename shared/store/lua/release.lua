-- Release what was finished long ago: receipt, name and its place in the list, at most so many in one step.
--
-- KEYS[1] finished sorted set
-- ARGV[1] key prefix   ARGV[2] milliseconds since it was finished   ARGV[3] at most so many
-- Returns {how many were looked at, how many of them released}
local age, limit = tonumber(string.match(ARGV[2], '^%d+$')), tonumber(string.match(ARGV[3], '^%d+$'))
if ARGV[1] == '' or not age or not limit then return redis.error_reply('release: prefix, age or limit is missing') end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - age, 'LIMIT', 0, limit)
local released = 0
for _, id in ipairs(ids) do
  local key = ARGV[1] .. 'receipt:' .. id
  -- The list may be wrong, the record decides: what is worked on again, parked or unreadable stays.
  local known = redis.pcall('HMGET', key, 'state', 'name')
  if known[1] == 'finished' then
    local name = known[2] and ARGV[1] .. 'name:' .. known[2]
    if name and redis.pcall('GET', name) == id then redis.call('DEL', name) end
    redis.call('DEL', key)
    released = released + 1
  end
  redis.call('ZREM', KEYS[1], id)
end
return {#ids, released}
