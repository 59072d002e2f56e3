import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Seal } from '../../keys/seal.ts'
import { ApiProblem } from './problem.ts'

/** Where a page of a list ends: what it is sorted by, and the id. */
export type Place = { readonly value: string | number; readonly id: string | number }

/** Cursors are opaque and made by us only: each is bound to the list and the query that it came from. */
export type Cursors = {
  /** `list`: everything that decides what is in the list and in which order. */
  write(list: string, place: Place): string
  /** Throws `ApiProblem` for one that we did not make, or made for another list. */
  read(list: string, cursor: string): Place
}

const tagBytes = 16

export const createCursors = (seal: Pick<Seal, 'derive' | 'derivePrevious'>): Cursors => {
  const key = seal.derive('api-cursor')
  const before = seal.derivePrevious('api-cursor')
  const tag = (list: string, place: string, by = key): Buffer =>
    createHmac('sha256', by)
      .update(JSON.stringify([list, place]))
      .digest()
      .subarray(0, tagBytes)
  return {
    write(list, { value, id }) {
      const place = JSON.stringify([value, id])
      return Buffer.concat([tag(list, place), Buffer.from(place)]).toString('base64url')
    },
    read(list, cursor) {
      const bytes = Buffer.from(cursor, 'base64url')
      const place = bytes.subarray(tagBytes).toString('utf8')
      const isWhole = bytes.length > tagBytes && bytes.toString('base64url') === cursor
      const isBy = (one: Buffer | undefined) => one !== undefined && timingSafeEqual(bytes.subarray(0, tagBytes), tag(list, place, one))
      if (!isWhole || !(isBy(key) || isBy(before)))
        throw new ApiProblem(
          400,
          'invalid-cursor',
          'This cursor is not one of this list. Leave it out to begin anew, and change no filter while paging.',
        )
      const [value, id] = JSON.parse(place) as [Place['value'], Place['id']]
      return { value, id }
    },
  }
}
