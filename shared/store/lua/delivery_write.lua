-- Store deliveries: begin those that are not known yet, or move one from the version it was loaded at; document, places
-- in the indexes, due time and log of each, in one step.
--
-- KEYS[1] due sorted set of the deliveries
-- ARGV[1] key prefix
-- ARGV[2..] records of ten: id, version it was loaded at ("" to begin it), document (JSON), body (written at the
--           beginning only), state, creation time in ms, due time in ms ("" for none), indexes to stand in (JSON array),
--           attempt (JSON, "" for none), history entry (JSON, "" for none)
-- Returns the new version of each, 0 when it was not written: it is begun already, or another worker moved it first.
local SIZE, prefix = 10, ARGV[1]
if prefix == '' then return redis.error_reply('delivery_write: the prefix is missing') end
if #ARGV < 1 + SIZE or (#ARGV - 1) % SIZE ~= 0 then
  return redis.error_reply('delivery_write: a record lacks a part')
end

local records = {}
for first = 2, #ARGV, SIZE do
  local record = {
    id = ARGV[first], version = ARGV[first + 1], doc = ARGV[first + 2], body = ARGV[first + 3], state = ARGV[first + 4],
    created = ARGV[first + 5], due = ARGV[first + 6], places = ARGV[first + 7], attempt = ARGV[first + 8],
    act = ARGV[first + 9],
  }
  local is_read, places = pcall(cjson.decode, record.places)
  local is_whole = record.id ~= '' and record.doc ~= '' and record.state ~= '' and string.match(record.version, '^%d*$')
    and string.match(record.created, '^-?%d+$') and (record.due == '' or string.match(record.due, '^-?%d+$'))
  if not is_whole or not is_read then
    return redis.error_reply('delivery_write: record ' .. #records + 1 .. ' has a part that cannot be')
  end
  record.stands_in = places
  records[#records + 1] = record
end

local function write(record, version, before)
  local key, member, stands = prefix .. 'delivery:' .. record.id, 'delivery:' .. record.id, {}
  for _, place in ipairs(record.stands_in) do stands[place] = true end
  for _, place in ipairs(before) do
    if stands[place] then
      stands[place] = nil
    else
      redis.call('ZREM', prefix .. 'deliveries:' .. place, record.id)
    end
  end
  for _, place in ipairs(record.stands_in) do
    if stands[place] then redis.call('ZADD', prefix .. 'deliveries:' .. place, record.created, record.id) end
  end
  redis.call('HSET', key, 'doc', record.doc, 'version', version, 'state', record.state, 'places', record.places)
  if record.due == '' then redis.call('ZREM', KEYS[1], member) else redis.call('ZADD', KEYS[1], record.due, member) end
  if record.attempt ~= '' then redis.call('RPUSH', prefix .. 'attempts:' .. record.id, record.attempt) end
  if record.act ~= '' then redis.call('RPUSH', prefix .. 'history:' .. member, record.act) end
end

local versions = {}
for place, record in ipairs(records) do
  local key = prefix .. 'delivery:' .. record.id
  versions[place] = 0
  if record.version == '' then
    if redis.call('EXISTS', key) == 0 then
      write(record, 1, {})
      redis.call('HSET', key, 'body', record.body)
      versions[place] = 1
    end
  else
    local known = redis.call('HMGET', key, 'version', 'places')
    if known[1] == record.version then
      versions[place] = tonumber(record.version) + 1
      write(record, versions[place], cjson.decode(known[2]))
    end
  end
end
return versions
