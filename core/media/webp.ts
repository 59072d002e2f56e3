import { broken, type Image, moving, mustBeSane } from './image.ts'

type Size = { readonly width: number; readonly height: number }

export const isWebp = (bytes: Buffer): boolean => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'

/** The chunks within the length that the file says it has; what stands behind is no part of the image. */
const chunksOf = (bytes: Buffer): ReadonlyMap<string, Buffer> => {
  const end = 8 + bytes.readUInt32LE(4)
  if (end > bytes.length) throw broken('WebP', 'it is cut off')
  const chunks = new Map<string, Buffer>()
  for (let at = 12; at + 8 <= end;) {
    const name = bytes.toString('latin1', at, at + 4)
    const dataEnd = at + 8 + bytes.readUInt32LE(at + 4)
    if (dataEnd > end) throw broken('WebP', 'it is cut off')
    if (name === 'ANIM' || name === 'ANMF') throw moving('WebP')
    if (chunks.has(name)) throw broken('WebP', `it has ${JSON.stringify(name)} twice`)
    chunks.set(name, bytes.subarray(at + 8, dataEnd))
    at = dataEnd + (dataEnd % 2)
  }
  return chunks
}

/** Of a key frame of VP8 (RFC 6386 §9.1). */
const lossySize = (data: Buffer): Size => {
  const isKeyFrame = data.length >= 10 && ((data[0] ?? 1) & 1) === 0
  if (!isKeyFrame || data.readUIntBE(3, 3) !== 0x9d012a) throw broken('WebP', 'its frame is wrong')
  return { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff }
}

/** Of a lossless image (RFC 9649 §3.4): version 0. */
const losslessSize = (data: Buffer): Size => {
  if (data.length < 5 || data[0] !== 0x2f) throw broken('WebP', 'its frame is wrong')
  const bits = data.readUInt32LE(1)
  if (bits >>> 29 !== 0) throw broken('WebP', 'its version is unknown')
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
}

const chunk = (name: string, data: Buffer): Buffer => {
  const head = Buffer.alloc(8)
  head.write(name, 0, 'latin1')
  head.writeUInt32LE(data.length, 4)
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)])
}

/** The header of a lossy image whose transparency is in a chunk of its own (RFC 9649 §2.7.1). */
const extended = ({ width, height }: Size): Buffer => {
  const data = Buffer.alloc(10)
  data[0] = 0x10
  data.writeUIntLE(width - 1, 4, 3)
  data.writeUIntLE(height - 1, 7, 3)
  return chunk('VP8X', data)
}

/** A WebP image (RFC 9649) of its pixels alone. Throws `BadImage`. */
export const rewriteWebp = (bytes: Buffer): Image => {
  const chunks = chunksOf(bytes)
  const [lossy, lossless, alpha] = ['VP8 ', 'VP8L', 'ALPH'].map((name) => chunks.get(name))
  if (lossy ? lossless : !lossless) throw broken('WebP', 'it has no pixels, or has them twice')
  const size = lossy ? lossySize(lossy) : losslessSize(lossless!)
  mustBeSane(size.width, size.height)
  const written = !lossy
    ? [chunk('VP8L', lossless!)]
    : alpha
      ? [extended(size), chunk('ALPH', alpha), chunk('VP8 ', lossy)]
      : [chunk('VP8 ', lossy)]
  return { type: 'image/webp', bytes: chunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...written])), ...size }
}
