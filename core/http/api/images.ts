import Type from 'typebox'
import { BadImage, type Image, maxImageBytes, maxSide } from '../../media/image.ts'
import { readImage } from '../../media/read-image.ts'
import { impossible } from './problem.ts'

/** An image in a body. */
export const imageFields = {
  data: Type.String({
    description: `The image in base64 (RFC 4648 §4): PNG, JPEG, WebP or SVG, ${maxImageBytes / 1024} KiB and ${maxSide} × ${maxSide} pixels at most.`,
    minLength: 1,
    contentEncoding: 'base64',
  }),
  type: Type.Optional(
    Type.String({ description: 'What you take it for, e.g. `image/png`; refused if it is something else.', maxLength: 100 }),
  ),
}

const unusable = (pointer: string, detail: string) =>
  impossible('unusable-image', [{ pointer, detail }], `The image cannot be used: ${detail}.`)

/** The image of a body, written anew. Throws `ApiProblem` (422), saying what to do. */
export const imageOf = ({ data, type }: { readonly data: string; readonly type?: string }): Image => {
  if (data.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(data))
    throw unusable('/data', 'it is not base64, with its padding and without line breaks; encode the file as it is')
  try {
    const image = readImage(Buffer.from(data, 'base64'))
    if (type === undefined || type === image.type) return image
    throw unusable('/type', `it is ${image.type}, not ${JSON.stringify(type)}; leave "type" out`)
  } catch (error) {
    throw error instanceof BadImage ? unusable('/data', error.message) : error
  }
}
