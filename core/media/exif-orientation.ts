const header = Buffer.from('Exif\0\0', 'latin1')
const orientationTag = 0x0112

/** How a camera was held (TIFF tag 0x0112: 1 to 8), of the data of an EXIF segment; 1, upright, where it does not say. Reads nothing else. */
export const orientationOf = (data: Buffer): number => {
  if (!data.subarray(0, header.length).equals(header)) return 1
  const tiff = data.subarray(header.length)
  if (tiff.length < 14) return 1
  const order = tiff.toString('latin1', 0, 2)
  const isLittle = order === 'II'
  if (!isLittle && order !== 'MM') return 1
  const short = (at: number) => (at + 2 > tiff.length ? 0 : isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  const count = short(directory)
  for (let entry = 0; entry < count; entry++) {
    const at = directory + 2 + entry * 12
    if (at + 12 > tiff.length) return 1
    if (short(at) !== orientationTag) continue
    const orientation = short(at + 8)
    return orientation >= 1 && orientation <= 8 ? orientation : 1
  }
  return 1
}

/** The data of an EXIF segment that says how the camera was held, and nothing else: one entry, big-endian. */
export const orientationData = (orientation: number): Buffer => {
  const tiff = Buffer.alloc(26)
  tiff.write('MM', 0, 'latin1')
  tiff.writeUInt16BE(42, 2)
  tiff.writeUInt32BE(8, 4)
  tiff.writeUInt16BE(1, 8)
  tiff.writeUInt16BE(orientationTag, 10)
  // A short, one of them.
  tiff.writeUInt16BE(3, 12)
  tiff.writeUInt32BE(1, 14)
  tiff.writeUInt16BE(orientation, 18)
  return Buffer.concat([header, tiff])
}
