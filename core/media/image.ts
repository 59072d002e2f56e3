/** Formats of pixels: what showing one costs is bounded by its size. */
export const rasterTypes = ['image/png', 'image/jpeg', 'image/webp'] as const
/** The formats that are taken. */
export const imageTypes = [...rasterTypes, 'image/svg+xml'] as const
export type ImageType = (typeof imageTypes)[number]

/** An image as it is kept: written anew from what was sent. `width` and `height` in pixels; null: an SVG that says none. */
export type Image = {
  readonly type: ImageType
  readonly bytes: Buffer
  readonly width: number | null
  readonly height: number | null
}

/** Pixels on each side. */
export const maxSide = 4096
/** Bytes, of what is sent and of what is kept. */
export const maxImageBytes = 512 * 1024
/** Bytes of SVG: it is read at once, while nobody else is answered, and no logo needs more. */
export const maxSvgBytes = 100 * 1024

/** What was sent cannot be used as an image. The message is for people: what is wrong, and what to do. */
export class BadImage extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BadImage'
  }
}

/** Throws `BadImage` for sides that no image of a page needs, and that cost whoever shows it dearly. */
export const mustBeSane = (width: number, height: number): void => {
  if (width < 1 || height < 1) throw new BadImage(`it is ${width} × ${height} pixels; export the image again`)
  if (width > maxSide || height > maxSide)
    throw new BadImage(`it is ${width} × ${height} pixels, and ${maxSide} × ${maxSide} is the most; make it smaller`)
}

export const broken = (format: string, what: string): BadImage =>
  new BadImage(`it is not a ${format} image that can be read (${what}); export the image again`)
export const moving = (format: string): BadImage =>
  new BadImage(`it is an animated ${format} image, and only still ones are taken; save one frame of it`)
