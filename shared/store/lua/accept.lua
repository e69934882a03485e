-- Store one webhook: receipt, name, outbox entry and queue element in one step, or find that it is known.
--
-- KEYS[1] receipt hash of this fingerprint     KEYS[2] due sorted set
-- KEYS[3] parked sorted set                    KEYS[4] queue list of the broker, "" when the broker is elsewhere
-- ARGV[1] attempt id: tells our own repeat after a lost reply from a sender's repeat
-- ARGV[2] receipt id (fingerprint)             ARGV[3] digest of the business content
-- ARGV[4] source   ARGV[5] kind   ARGV[6] raw body   ARGV[7] evidence (JSON)
-- ARGV[8] milliseconds until the sweeper looks ARGV[9] ready-made queue element
-- ARGV[10] key prefix                          ARGV[11..] names to try, the last one never taken by another
-- Returns {"stored" | "duplicate" | "conflict", name}
for i = 1, 5 do
  if ARGV[i] == '' or not ARGV[i] then return redis.error_reply('accept: argument ' .. i .. ' is empty') end
end
if not tonumber(ARGV[8]) then return redis.error_reply('accept: the delay is not a number') end
if #ARGV < 11 then return redis.error_reply('accept: no name given') end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local id, digest, prefix = ARGV[2], ARGV[3], ARGV[10]

local function write(key, receipt_id, name, state)
  redis.call('HSET', key, 'name', name, 'state', state, 'digest', digest, 'attempt', ARGV[1], 'source', ARGV[4],
    'kind', ARGV[5], 'body', ARGV[6], 'evidence', ARGV[7], 'received_at', now)
  redis.call('SET', prefix .. 'name:' .. name, receipt_id)
end

local known = redis.call('HMGET', KEYS[1], 'digest', 'attempt', 'name')
if not known[1] then
  local name
  for i = 11, #ARGV do
    name = ARGV[i]
    if redis.call('EXISTS', prefix .. 'name:' .. name) == 0 then break end
  end
  write(KEYS[1], id, name, 'stored')
  redis.call('ZADD', KEYS[2], now + tonumber(ARGV[8]), 'receipt:' .. id)
  if KEYS[4] ~= '' then redis.call('LPUSH', KEYS[4], ARGV[9]) end
  return {'stored', name}
end

if known[2] == ARGV[1] then
  -- Written again as it is: whoever waits for the replicas waits for the last write of this connection.
  redis.call('HSET', KEYS[1], 'attempt', ARGV[1])
  return {'stored', known[3]}
end
if known[1] == digest then
  redis.call('HINCRBY', KEYS[1], 'duplicates', 1)
  return {'duplicate', known[3]}
end

-- One event, two contents: kept beside the first and shown to a person; the first stays as it is.
local conflict_id = id .. '!' .. string.sub(digest, 1, 16)
local conflict_key = prefix .. 'receipt:' .. conflict_id
local conflict_name = known[3] .. '!' .. string.sub(digest, 1, 16)
if redis.call('EXISTS', conflict_key) == 1 then
  if redis.call('HGET', conflict_key, 'attempt') == ARGV[1] then
    redis.call('HSET', conflict_key, 'attempt', ARGV[1])
  else
    redis.call('HINCRBY', conflict_key, 'duplicates', 1)
  end
  return {'conflict', conflict_name}
end
write(conflict_key, conflict_id, conflict_name, 'parked')
redis.call('HSET', conflict_key, 'reason', 'conflict')
redis.call('ZADD', KEYS[3], now, 'receipt:' .. conflict_id)
return {'conflict', conflict_name}
