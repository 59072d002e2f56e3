import Type from 'typebox'
import { BadImage, type Image, type ImageType, imageTypes, maxImageBytes, maxSide, maxSvgBytes, rasterTypes } from '../../media/image.ts'
import { readImage } from '../../media/read-image.ts'
import { impossible } from './problem.ts'

const fields = (formats: string, more = '') => ({
  data: Type.String({
    description: `The image in base64 (RFC 4648 §4): ${formats}, ${maxImageBytes / 1024} KiB and ${maxSide} × ${maxSide} pixels at most${more}.`,
    minLength: 1,
    contentEncoding: 'base64',
  }),
  type: Type.Optional(
    Type.String({ description: 'What you take it for, e.g. `image/png`; refused if it is something else.', maxLength: 100 }),
  ),
})

/** An image in a body. */
export const imageFields = fields('PNG, JPEG, WebP or SVG', `, SVG ${maxSvgBytes / 1024} KiB`)
/** The picture of somebody in a body. Everybody may upload one, and it is shown to whoever looks after users: pixels alone, since drawings can be made to stop a browser. */
export const avatarFields = fields('PNG, JPEG or WebP; no SVG')

const unusable = (pointer: string, detail: string) =>
  impossible('unusable-image', [{ pointer, detail }], `The image cannot be used: ${detail}.`)

type Sent = { readonly data: string; readonly type?: string }

const imageOfTypes = ({ data, type }: Sent, types: readonly ImageType[]): Image => {
  if (data.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(data))
    throw unusable('/data', 'it is not base64, with its padding and without line breaks; encode the file as it is')
  try {
    const image = readImage(Buffer.from(data, 'base64'), types)
    if (type === undefined || type === image.type) return image
    throw unusable('/type', `it is ${image.type}, not ${JSON.stringify(type)}; leave "type" out`)
  } catch (error) {
    throw error instanceof BadImage ? unusable('/data', error.message) : error
  }
}

/** The image of a body, written anew. Throws `ApiProblem` (422), saying what to do. */
export const imageOf = (sent: Sent): Image => imageOfTypes(sent, imageTypes)

/** The picture of somebody, as `imageOf`. */
export const avatarOf = (sent: Sent): Image => imageOfTypes(sent, rasterTypes)
