import { orientationData, orientationOf } from './exif-orientation.ts'
import { broken, type Image, mustBeSane } from './image.ts'

export const jpegSignature = Buffer.from([0xff, 0xd8, 0xff])

const [soi, eoi, sos, dht, dqt, dri, app0, app1, app14, app15, com] = [0xd8, 0xd9, 0xda, 0xc4, 0xdb, 0xdd, 0xe0, 0xe1, 0xee, 0xef, 0xfe]
/** Frames that browsers show: baseline, extended, progressive. */
const frames = new Set([0xc0, 0xc1, 0xc2])
const tables = new Set([dht, dqt, dri])
/** Progressive images have about ten; each costs a pass over all pixels. */
const maxScans = 64

type Segment = { readonly marker: number; readonly data: Buffer }

const segment = (marker: number, data: Buffer): Buffer => {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(data.length + 2, 2)
  return Buffer.concat([head, data])
}

/** `JFIF 1.1`, square pixels, no thumbnail. */
const jfif = segment(app0, Buffer.from([0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]))

/** Where coded data ends: at the next marker that is neither a stuffed 0xff nor a restart. */
const endOfScan = (bytes: Buffer, from: number): number => {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at
  }
  throw broken('JPEG', 'it is cut off')
}

const segmentAt = (bytes: Buffer, at: number): Segment & { readonly end: number } => {
  if (bytes[at] !== 0xff || at + 4 > bytes.length) throw broken('JPEG', 'a segment is missing')
  const end = at + 2 + bytes.readUInt16BE(at + 2)
  if (end > bytes.length || end < at + 4) throw broken('JPEG', 'it is cut off')
  return { marker: bytes[at + 1] ?? 0, data: bytes.subarray(at + 4, end), end }
}

/** Adobe's segment says how colours are meant: 12 bytes. */
const isAdobe = (data: Buffer): boolean => data.length === 12 && data.toString('latin1', 0, 5) === 'Adobe'

/**
 * A JPEG image (ITU-T T.81) of its tables, its frame and its scans. Of its metadata only what decides how it looks is kept: Adobe's colours, and
 * how the camera was held. Throws `BadImage`.
 */
export const rewriteJpeg = (bytes: Buffer): Image => {
  const body: Buffer[] = []
  let size: { readonly width: number; readonly height: number } | undefined
  let orientation = 1
  let scans = 0
  let at = 2
  for (;;) {
    // Any number of 0xff may stand before a marker.
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++
    if (bytes[at] === 0xff && bytes[at + 1] === eoi) break
    const { marker, data, end } = segmentAt(bytes, at)
    at = end
    if (frames.has(marker)) {
      if (size || data.length < 6) throw broken('JPEG', 'it has two frames')
      size = { height: data.readUInt16BE(1), width: data.readUInt16BE(3) }
      mustBeSane(size.width, size.height)
      body.push(segment(marker, data))
    } else if (tables.has(marker) || (marker === app14 && isAdobe(data))) {
      body.push(segment(marker, data))
    } else if (marker === sos) {
      if (!size) throw broken('JPEG', 'it has no frame')
      if (++scans > maxScans) throw broken('JPEG', 'it has too many scans')
      at = endOfScan(bytes, end)
      body.push(segment(marker, data), bytes.subarray(end, at))
    } else if (marker === app1) {
      orientation = orientation === 1 ? orientationOf(data) : orientation
    } else if (marker !== com && !(marker >= app0 && marker <= app15)) {
      throw broken('JPEG', `it has the marker 0x${marker.toString(16)}, which browsers do not show`)
    }
  }
  if (!size || scans === 0) throw broken('JPEG', 'it has no pixels')
  const held = orientation === 1 ? [] : [segment(app1, orientationData(orientation))]
  const written = Buffer.concat([Buffer.from([0xff, soi]), jfif, ...held, ...body, Buffer.from([0xff, eoi])])
  return { type: 'image/jpeg', bytes: written, ...size }
}
