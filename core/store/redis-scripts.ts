/**
 * An entry is a hash: `v` its JSON, `n` its version, `e` the moment of its end in epoch milliseconds, `t` 1 for a tombstone, whose `v` is what
 * was left. The caller's clock (ARGV[1]) judges the end, as on every store; PEXPIRE only makes Redis forget. Each script is atomic, and
 * takes one round trip.
 */
const found = `
local now = tonumber(ARGV[1])
local v, n, e, t = unpack(redis.call('HMGET', KEYS[1], 'v', 'n', 'e', 't'))
local alive = e and tonumber(e) > now
`
const write = `
local function write(value, version, ends, forget)
  redis.call('HSET', KEYS[1], 'v', value, 'n', version, 'e', ends, 't', '0')
  redis.call('PEXPIRE', KEYS[1], forget)
end
`

/** ARGV: now, then as each line says. */
export const scripts = {
  /** value, version, end, forget */
  put: `${write} write(ARGV[2], ARGV[3], ARGV[4], ARGV[5]) return 1`,
  get: `${found} if alive and t == '0' then return {v, n} end return false`,
  /** what is left, if anything; empty for the value itself */
  take: `${found}
if not alive then return false end
if t == '1' then return {'left', v} end
if ARGV[2] then redis.call('HSET', KEYS[1], 'v', ARGV[2] ~= '' and ARGV[2] or v, 't', '1') else redis.call('DEL', KEYS[1]) end
return {'taken', v}`,
  /** value, version of a new entry, end, forget, and the version that was read, if any */
  compareAndSet: `${found} ${write}
if ARGV[6] then
  if not alive or t == '1' or n ~= ARGV[6] then return 0 end
  write(ARGV[2], redis.call('HINCRBY', KEYS[1], 'n', 1), ARGV[4], ARGV[5])
  return 1
end
if alive then return 0 end
write(ARGV[2], ARGV[3], ARGV[4], ARGV[5])
return 1`,
  /** by, version of a new entry, end, forget */
  increment: `${found} ${write}
if not alive or t == '1' then
  write(ARGV[2], ARGV[3], ARGV[4], ARGV[5])
  return ARGV[2]
end
redis.call('HINCRBY', KEYS[1], 'n', 1)
redis.call('HINCRBY', KEYS[1], 'v', ARGV[2])
return redis.call('HGET', KEYS[1], 'v')`,
} as const
