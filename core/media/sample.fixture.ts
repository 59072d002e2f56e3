import { crc32, deflateSync } from 'node:zlib'

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A chunk of a PNG image with its checksum. */
export const pngChunk = (type: string, data: Uint8Array = Buffer.alloc(0)): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  return Buffer.concat([u32(data.length), named, u32(crc32(named))])
}
export const pngHeader = (width: number, height: number): Buffer =>
  pngChunk('IHDR', Buffer.concat([u32(width), u32(height), Buffer.from([8, 0, 0, 0, 0])]))
const signature = Buffer.from('\u0089PNG\r\n\u001a\n', 'latin1')

/** A grey PNG image. `extra`: chunks between its header and its pixels; `after`: bytes behind its end. */
export const png = ({ width = 2, height = 2, extra = [] as readonly Buffer[], after = '' } = {}): Buffer => {
  const pixels = deflateSync(Buffer.alloc(Math.min(height, 64) * (Math.min(width, 64) + 1), 0x40))
  return Buffer.concat([signature, pngHeader(width, height), ...extra, pngChunk('IDAT', pixels), pngChunk('IEND'), Buffer.from(after)])
}

const segment = (marker: number, data: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from([0xff, marker]), u32(data.length + 2).subarray(2), data])

/** EXIF as cameras write it: how it was held, and where. */
export const exif = (orientation: number): Buffer => {
  const tiff = Buffer.alloc(64)
  tiff.write('II', 0, 'latin1')
  tiff.writeUInt16LE(42, 2)
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(2, 8)
  tiff.writeUInt16LE(0x8825, 10)
  tiff.writeUInt16LE(0x0112, 22)
  tiff.writeUInt16LE(3, 24)
  tiff.writeUInt32LE(1, 26)
  tiff.writeUInt16LE(orientation, 30)
  tiff.write('GPS-SECRET', 40, 'latin1')
  return segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]))
}
export const jpegComment = (text: string): Buffer => segment(0xfe, Buffer.from(text, 'latin1'))

/** A JPEG image with the right structure; its coded data are made up, with a stuffed 0xff and a restart. */
export const jpeg = ({ width = 16, height = 8, extra = [] as readonly Buffer[], after = '' } = {}): Buffer =>
  Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, Buffer.from('JFIF\0\u0001\u0001\0\0\u0001\0\u0001\0\0', 'latin1')),
    ...extra,
    segment(0xdb, Buffer.alloc(65, 1)),
    segment(0xc0, Buffer.concat([Buffer.from([8]), u32(height).subarray(2), u32(width).subarray(2), Buffer.from([1, 1, 0x11, 0])])),
    segment(0xc4, Buffer.concat([Buffer.from([0]), Buffer.alloc(16), Buffer.alloc(0)])),
    segment(0xda, Buffer.from([1, 1, 0, 0, 63, 0])),
    Buffer.from([0x12, 0x34, 0xff, 0x00, 0x56, 0xff, 0xd0, 0x78, 0xff, 0xd9]),
    Buffer.from(after),
  ])

export const webpChunk = (name: string, data: Uint8Array): Buffer => {
  const head = Buffer.alloc(8)
  head.write(name, 0, 'latin1')
  head.writeUInt32LE(data.length, 4)
  return Buffer.concat([head, data, Buffer.alloc(data.length % 2)])
}
/** The frame of a lossy image with made-up pixels. */
export const vp8 = (width: number, height: number): Buffer => {
  const frame = Buffer.alloc(20)
  frame.writeUIntBE(0x9d012a, 3, 3)
  frame.writeUInt16LE(width, 6)
  frame.writeUInt16LE(height, 8)
  return webpChunk('VP8 ', frame)
}
export const webp = (chunks: readonly Buffer[], after = ''): Buffer =>
  Buffer.concat([webpChunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks])), Buffer.from(after)])

/** An SVG image around some markup. */
export const svg = (inner: string, more = ''): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10"${more}>${inner}</svg>`,
  )
