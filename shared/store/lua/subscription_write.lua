-- Add, replace or delete a subscription: its record, its places in the indexes and who did it, in one step.
--
-- KEYS[1] subscription hash   KEYS[2] history list of the subscription
-- ARGV[1] key prefix   ARGV[2] subscription id   ARGV[3] "add", "replace" or "delete"
-- ARGV[4] document (JSON), not for delete        ARGV[5] sealed secrets, "" for none
-- ARGV[6] creation time in ms                    ARGV[7] indexes to stand in (JSON array)
-- ARGV[8] history entry (JSON)
-- Returns 1, or 0 when there is nothing to do it to: the id is taken, or there is no such subscription.
local prefix, id, act, created = ARGV[1], ARGV[2], ARGV[3], tonumber(string.match(ARGV[6] or '', '^-?%d+$'))
if prefix == '' or id == '' or not created then
  return redis.error_reply('subscription_write: prefix, id or creation time is missing')
end
if act ~= 'add' and act ~= 'replace' and act ~= 'delete' then
  return redis.error_reply('subscription_write: unknown act ' .. act)
end
if act ~= 'delete' and ARGV[4] == '' then return redis.error_reply('subscription_write: the document is empty') end
if not ARGV[8] or ARGV[8] == '' then return redis.error_reply('subscription_write: the history entry is empty') end
local is_read, places = pcall(cjson.decode, ARGV[7])
if not is_read then return redis.error_reply('subscription_write: the indexes are no JSON array') end

local known = redis.call('EXISTS', KEYS[1]) == 1
if known == (act == 'add') then return 0 end

local standing, before = {}, known and redis.call('HGET', KEYS[1], 'places')
for _, place in ipairs(places) do standing[place] = true end
for _, place in ipairs(before and cjson.decode(before) or {}) do
  if not standing[place] then redis.call('ZREM', prefix .. 'subscriptions:' .. place, id) end
end
for _, place in ipairs(places) do redis.call('ZADD', prefix .. 'subscriptions:' .. place, created, id) end
if act == 'delete' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'doc', ARGV[4], 'sealed', ARGV[5], 'places', ARGV[7])
end
redis.call('RPUSH', KEYS[2], ARGV[8])
return 1
