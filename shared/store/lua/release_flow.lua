-- Release a flow that is over and moves no money: its record, its history, its references and its place among those in
-- its state.
--
-- KEYS[1] flow hash   KEYS[2] history list   KEYS[3] sorted set of the flows in its state
-- ARGV[1] key prefix   ARGV[2] flow id   ARGV[3] version it was loaded at   ARGV[4] its state   ARGV[5..] its references
-- Returns 1, or 0 when it has been moved since, and stays.
for i = 1, 4 do
  if not ARGV[i] or ARGV[i] == '' then return redis.error_reply('release_flow: argument ' .. i .. ' is empty') end
end
local known = redis.call('HMGET', KEYS[1], 'version', 'state')
if known[1] ~= ARGV[3] or known[2] ~= ARGV[4] then return 0 end
for i = 5, #ARGV do redis.call('ZREM', ARGV[1] .. 'ref:' .. ARGV[i], ARGV[2]) end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('ZREM', KEYS[3], ARGV[2])
return 1
