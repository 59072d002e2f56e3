import { crc32 } from 'node:zlib'
import { broken, type Image, moving, mustBeSane } from './image.ts'

export const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Chunks that change how pixels look. All others (texts, EXIF, times, colour profiles, private ones) are left out. */
const kept = new Set(['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'sBIT', 'IDAT', 'IEND'])
const animated = new Set(['acTL', 'fcTL', 'fdAT'])
/** Bit depths by colour type (PNG, §11.2.1). */
const depths: Readonly<Record<number, readonly number[]>> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] }
/** The longest of each small chunk, in bytes. */
const longest: Readonly<Record<string, number>> = { PLTE: 768, tRNS: 256, gAMA: 4, cHRM: 32, sRGB: 1, sBIT: 4, IEND: 0 }

type Chunk = { readonly type: string; readonly data: Buffer; readonly whole: Buffer }

/** The chunks up to IEND; what stands behind it is no part of the image. */
function* chunksOf(bytes: Buffer): Generator<Chunk> {
  for (let at = pngSignature.length; at + 12 <= bytes.length;) {
    const end = at + 12 + bytes.readUInt32BE(at)
    if (end > bytes.length) throw broken('PNG', 'it is cut off')
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (!/^[A-Za-z]{4}$/.test(type)) throw broken('PNG', 'a chunk has no name')
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) throw broken('PNG', `the checksum of ${type} is wrong`)
    yield { type, data: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) }
    if (type === 'IEND') return
    at = end
  }
  throw broken('PNG', 'it is cut off')
}

const readHeader = ({ type, data }: Chunk): { readonly width: number; readonly height: number; readonly color: number } => {
  if (type !== 'IHDR' || data.length !== 13) throw broken('PNG', 'it has no header')
  const [depth = 0, color = 0, compression, filter, interlace = 0] = data.subarray(8)
  if (!depths[color]?.includes(depth) || compression !== 0 || filter !== 0 || interlace > 1) throw broken('PNG', 'its header is wrong')
  return { width: data.readUInt32BE(0), height: data.readUInt32BE(4), color }
}

/** A PNG image (ISO/IEC 15948) of the chunks that make its pixels, and nothing else. Throws `BadImage`. */
export const rewritePng = (bytes: Buffer): Image => {
  const chunks = [...chunksOf(bytes)]
  const [first, ...rest] = chunks
  if (!first) throw broken('PNG', 'it has no header')
  const { width, height, color } = readHeader(first)
  mustBeSane(width, height)
  const written = [pngSignature, first.whole]
  const seen = new Set<string>()
  let last = 'IHDR'
  for (const { type, data, whole } of rest) {
    if (animated.has(type)) throw moving('PNG')
    // Without a chunk whose name begins with a capital the image is another one.
    if (!kept.has(type) && /^[A-Z]/.test(type)) throw broken('PNG', `it needs the chunk ${type}, which nobody knows`)
    if (!kept.has(type)) continue
    const isNext = type === 'IDAT' && last === 'IDAT'
    if (type === 'IHDR' || (seen.has(type) && !isNext)) throw broken('PNG', `it has ${type} twice`)
    if (data.length > (longest[type] ?? Infinity)) throw broken('PNG', `${type} is too long`)
    if (seen.has('IDAT') && type !== 'IDAT' && type !== 'IEND') throw broken('PNG', `${type} is out of place`)
    if (type === 'PLTE' && data.length % 3 !== 0) throw broken('PNG', 'its palette is wrong')
    seen.add(type)
    last = type
    written.push(whole)
  }
  if (!seen.has('IDAT') || (color === 3 && !seen.has('PLTE'))) throw broken('PNG', 'it has no pixels')
  return { type: 'image/png', bytes: Buffer.concat(written), width, height }
}
