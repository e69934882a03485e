-- Release deliveries in a final state that were created long ago: record, attempts and all places, at most so many in
-- one step.
--
-- KEYS[1] index of the deliveries in that state   KEYS[2] due sorted set of the deliveries
-- ARGV[1] key prefix   ARGV[2] the state   ARGV[3] milliseconds since it was created   ARGV[4] at most so many
-- Returns {how many were looked at, how many of them released}
local age, limit = tonumber(string.match(ARGV[3] or '', '^%d+$')), tonumber(string.match(ARGV[4] or '', '^%d+$'))
if ARGV[1] == '' or ARGV[2] == '' or not age or not limit then
  return redis.error_reply('delivery_release: prefix, state, age or limit is missing')
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - age, 'LIMIT', 0, limit)
local released = 0
for _, id in ipairs(ids) do
  local key = ARGV[1] .. 'delivery:' .. id
  -- The index may be wrong, the record decides: what is in another state or unreadable stays.
  local known = redis.pcall('HMGET', key, 'state', 'places')
  local is_read, places = pcall(cjson.decode, known[2] or '')
  if known[1] == ARGV[2] and is_read then
    for _, place in ipairs(places) do redis.call('ZREM', ARGV[1] .. 'deliveries:' .. place, id) end
    redis.call('ZREM', KEYS[2], 'delivery:' .. id)
    redis.call('DEL', key, ARGV[1] .. 'attempts:' .. id)
    released = released + 1
  else
    redis.call('ZREM', KEYS[1], id)
  end
end
return {#ids, released}
