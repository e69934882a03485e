-- Move a payment: only from the version it was loaded at, with its history, and its place in the due set, in one step.
--
-- KEYS[1] payment hash   KEYS[2] history list   KEYS[3] due sorted set   KEYS[4] parked sorted set
-- ARGV[1] payment id     ARGV[2] version it was loaded at (0: must not exist yet)
-- ARGV[3] document (JSON)  ARGV[4] state   ARGV[5] due time in ms, "" for none   ARGV[6] "1" when parked
-- ARGV[7..] history entries (JSON)
-- Returns the new version, or 0 when another worker moved it first: load again and decide again.
local expected = tonumber(ARGV[2])
if ARGV[1] == '' or not expected then return redis.error_reply('move: id or version is missing') end
if ARGV[5] ~= '' and not tonumber(ARGV[5]) then return redis.error_reply('move: the due time is not a number') end

local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
if version ~= expected then return 0 end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'doc', ARGV[3], 'version', version + 1, 'state', ARGV[4], 'moved_at', now)
for i = 7, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
if ARGV[5] == '' then redis.call('ZREM', KEYS[3], ARGV[1]) else redis.call('ZADD', KEYS[3], ARGV[5], ARGV[1]) end
if ARGV[6] == '1' then redis.call('ZADD', KEYS[4], 'NX', now, ARGV[1]) else redis.call('ZREM', KEYS[4], ARGV[1]) end
return version + 1
