-- Move a flow: only from the version it was loaded at, with its history, its places in the sets of the due, the parked,
-- its references and its state, and with the flows that begin with the move, which tell of it; all in one step.
--
-- KEYS[1] due sorted set   KEYS[2] parked sorted set
-- ARGV[1] key prefix       ARGV[2] version the flow was loaded at (0: must not exist yet)
-- ARGV[3] due time in ms, "" for none              ARGV[4] "1" when parked
-- ARGV[5..] records: the flow, then every one to begin unless it was begun before. A record is
--           id, document (JSON), state, number of history entries, those (JSON), number of references, those
-- Returns the new version, or 0 when another worker moved it first and nothing was written: load and decide again.
local prefix, expected, due, parked = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
if prefix == '' or not expected then return redis.error_reply('move: prefix or version is missing') end
if due ~= '' and not string.match(due, '^-?%d+$') then return redis.error_reply('move: the due time is not in ms') end

local place = 4

local function read_list()
  place = place + 1
  local count = tonumber(string.match(ARGV[place] or '', '^%d+$'))
  if not count or place + count > #ARGV then return nil end
  local list = {}
  for i = 1, count do
    list[i] = ARGV[place + i]
    if list[i] == '' then return nil end
  end
  place = place + count
  return list
end

local function read_record()
  local id, doc, state = ARGV[place + 1], ARGV[place + 2], ARGV[place + 3]
  place = place + 3
  local kind = string.match(id or '', '^([^:]+):.')
  local history = read_list()
  local references = history and read_list()
  if not kind or doc == '' or state == '' or not references then return nil end
  return {id = id, kind = kind, doc = doc, state = state, history = history, references = references}
end

local records = {}
repeat
  local record = read_record()
  if not record then return redis.error_reply('move: record ' .. #records + 1 .. ' lacks a part or its id a kind') end
  records[#records + 1] = record
until place == #ARGV

local flow = records[1]
local before = redis.call('HMGET', prefix .. 'flow:' .. flow.id, 'version', 'state')
local version = tonumber(before[1] or '0')
if version ~= expected then return 0 end
-- A record that lost its version is corrupt and not absent: to begin it anew could be to pay twice.
if not before[1] and redis.call('EXISTS', prefix .. 'flow:' .. flow.id) == 1 then return 0 end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function write(record, new_version, old_state)
  local id, states = record.id, prefix .. 'state:' .. record.kind .. ':'
  redis.call('HSET', prefix .. 'flow:' .. id, 'doc', record.doc, 'version', new_version, 'state', record.state,
    'moved_at', now)
  for _, entry in ipairs(record.history) do redis.call('RPUSH', prefix .. 'history:' .. id, entry) end
  for _, reference in ipairs(record.references) do redis.call('ZADD', prefix .. 'ref:' .. reference, 'NX', now, id) end
  if old_state == record.state then return end
  if old_state then redis.call('ZREM', states .. old_state, id) end
  redis.call('ZADD', states .. record.state, now, id)
end

write(flow, version + 1, before[2])
if due == '' then redis.call('ZREM', KEYS[1], flow.id) else redis.call('ZADD', KEYS[1], due, flow.id) end
if parked == '1' then redis.call('ZADD', KEYS[2], 'NX', now, flow.id) else redis.call('ZREM', KEYS[2], flow.id) end

for i = 2, #records do
  local begun = records[i]
  if redis.call('EXISTS', prefix .. 'flow:' .. begun.id) == 0 then
    write(begun, 1, false)
    redis.call('ZADD', KEYS[1], now, begun.id)
  end
end
return version + 1
