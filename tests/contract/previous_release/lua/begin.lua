-- Begin work on a receipt: one more attempt counted on its record, so that a poison receipt shows itself.
--
-- KEYS[1] receipt hash
-- Returns the hash as HGETALL gives it; nothing when there is no such receipt (none is made).
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
redis.call('HINCRBY', KEYS[1], 'attempts', 1)
return redis.call('HGETALL', KEYS[1])
