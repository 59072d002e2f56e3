/**
 * JWS wants a P-256 signature as r and s of 32 bytes each (RFC 7518 §3.4), OpenSSL speaks DER. Converting here is more than twice as fast as
 * asking Node for it (`dsaEncoding`).
 */
const half = 32

/** DER to r || s. `der` must be OpenSSL's own output: nothing is checked. */
export const rawOfDer = (der: Buffer): Buffer => {
  const raw = Buffer.alloc(2 * half)
  // SEQUENCE and length take two bytes: a P-256 signature has less than 128.
  const rEnd = 4 + der[3]!
  const r = der.subarray(4, rEnd)
  const s = der.subarray(rEnd + 2)
  // An integer has a leading zero where its top bit is set, and none of its other leading zeros.
  r.subarray(-half).copy(raw, half - Math.min(r.length, half))
  s.subarray(-half).copy(raw, 2 * half - Math.min(s.length, half))
  return raw
}

const integer = (unsigned: Buffer): Buffer => {
  let from = 0
  while (from < half - 1 && unsigned[from] === 0) from++
  const digits = unsigned.subarray(from)
  const sign = digits[0]! & 0x80 ? [0] : []
  return Buffer.concat([Buffer.from([0x02, digits.length + sign.length, ...sign]), digits])
}

/** r || s to DER; `undefined` where the length is not that of a P-256 signature. */
export const derOfRaw = (raw: Buffer): Buffer | undefined => {
  if (raw.length !== 2 * half) return undefined
  const integers = Buffer.concat([integer(raw.subarray(0, half)), integer(raw.subarray(half))])
  return Buffer.concat([Buffer.from([0x30, integers.length]), integers])
}
