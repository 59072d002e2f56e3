import { createHash } from 'node:crypto'
import { tagsOf } from '../conditional.ts'
import { ApiProblem } from './problem.ts'
import type { Call } from './route.ts'

/** The ETag of something that counts its versions. */
export const etagOf = (version: number): string => `"${version}"`

/** The ETag of something that does not: of what is shown of it. */
export const etagOfBody = (body: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)}"`

/** An `If-Match` that any version is right for. */
export const isAny = (ifMatch: string | undefined): boolean => ifMatch?.trim() === '*'

/** Throws `ApiProblem` (412) if the request was made for another version than this. */
export const mustMatch = ({ ifMatch }: Pick<Call, 'ifMatch'>, etag: string): void => {
  if (ifMatch === undefined || isAny(ifMatch) || tagsOf(ifMatch).includes(etag)) return
  throw new ApiProblem(
    412,
    'changed-meanwhile',
    `It is at ${etag} now, not at ${ifMatch.slice(0, 100)}. Read it again, and apply your change to that.`,
  )
}

/** Throws `ApiProblem` (428) unless the request says which version it was made for. */
export const mustSayVersion = ({ ifMatch }: Pick<Call, 'ifMatch'>): void => {
  if (ifMatch === undefined)
    throw new ApiProblem(
      428,
      'version-required',
      'Send the ETag that you read as If-Match, so that no change of somebody else is lost; or "*" for any.',
    )
}
