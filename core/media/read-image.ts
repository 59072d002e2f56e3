import { BadImage, type Image, type ImageType, imageTypes, maxImageBytes } from './image.ts'
import { jpegSignature, rewriteJpeg } from './jpeg.ts'
import { pngSignature, rewritePng } from './png.ts'
import { rewriteSvg } from './svg.ts'
import { isWebp, rewriteWebp } from './webp.ts'

/** What other formats begin with. */
const others: readonly (readonly [start: string, what: string, at?: number])[] = [
  ['GIF8', 'a GIF image'],
  ['BM', 'a BMP image'],
  ['II*\0', 'a TIFF image'],
  ['MM\0*', 'a TIFF image'],
  ['\0\0\u0001\0', 'an ICO image'],
  ['ftyp', 'an AVIF or HEIC image, or a film', 4],
  ['%PDF', 'a PDF document'],
  ['\u001f\u008b', 'compressed (svgz)'],
]

/** What it is, by what it begins with: what somebody says that it is counts for nothing. */
const rewriterOf = (bytes: Buffer, types: readonly ImageType[]): ((bytes: Buffer) => Image) => {
  if (bytes.subarray(0, pngSignature.length).equals(pngSignature)) return rewritePng
  if (bytes.subarray(0, jpegSignature.length).equals(jpegSignature)) return rewriteJpeg
  if (bytes.length >= 12 && isWebp(bytes)) return rewriteWebp
  const start = bytes.toString('latin1', 0, 64)
  const takesSvg = types.includes('image/svg+xml')
  if (/^(?:\u00ef\u00bb\u00bf)?\s*</.test(start)) {
    if (takesSvg) return rewriteSvg
    throw new BadImage('it is SVG or HTML, and the picture of somebody has to be one of pixels; save it as PNG, JPEG or WebP')
  }
  const [, what = 'no image that is known here'] = others.find(([sign, , at = 0]) => start.startsWith(sign, at)) ?? []
  throw new BadImage(`it is ${what}; save it as PNG, JPEG${takesSvg ? ', WebP or SVG' : ' or WebP'}`)
}

/** An image of one of these types, written anew from what makes its picture. Pixels are not decoded. Throws `BadImage`. */
export const readImage = (bytes: Buffer, types: readonly ImageType[] = imageTypes): Image => {
  if (bytes.length === 0) throw new BadImage('it is empty; choose a file')
  if (bytes.length > maxImageBytes)
    throw new BadImage(`it has ${bytes.length} bytes, and ${maxImageBytes} is the most; make it smaller, or save it as WebP`)
  const image = rewriterOf(bytes, types)(bytes)
  if (image.bytes.length > maxImageBytes) throw new BadImage(`it has more than ${maxImageBytes} bytes once it is written; make it smaller`)
  return image
}
