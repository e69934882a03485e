-- Store a resend of many: begin it, or move it from the document it was loaded as; with its due time, in one step.
--
-- KEYS[1] resend hash   KEYS[2] due sorted set of the deliveries   KEYS[3] sorted set of all resends
-- ARGV[1] resend id   ARGV[2] document it was loaded as, "" to begin it   ARGV[3] document (JSON)
-- ARGV[4] creation time in ms   ARGV[5] due time in ms, "" for none
-- Returns 1, or 0 when nothing was written: it is begun already, or was moved by another.
for _, place in ipairs({1, 3}) do
  if not ARGV[place] or ARGV[place] == '' then
    return redis.error_reply('delivery_resend: argument ' .. place .. ' is empty')
  end
end
if not string.match(ARGV[4] or '', '^-?%d+$') or not string.match(ARGV[5] or '', '^-?%d*$') then
  return redis.error_reply('delivery_resend: a time is not in ms')
end
if (redis.call('HGET', KEYS[1], 'doc') or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'doc', ARGV[3])
redis.call('ZADD', KEYS[3], ARGV[4], ARGV[1])
if ARGV[5] == '' then
  redis.call('ZREM', KEYS[2], 'resend:' .. ARGV[1])
else
  redis.call('ZADD', KEYS[2], ARGV[5], 'resend:' .. ARGV[1])
end
return 1
