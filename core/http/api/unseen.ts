import { type Caller, maySee } from '../../access/caller.ts'
import type { Answer } from './route.ts'

/** For descriptions of what may be changed without being seen. */
export const unseenNote = (kind: string): string => `Without \`${kind}.view\` the answer is 204, with the ETag and nothing else.`

/** The answer to a change, for whoever made it: nobody reads by a change what they may not see. `userId`: whose it is. */
export const answerFor = (caller: Caller, kind: string, { etag, ...seen }: Answer, userId?: string): Answer => {
  const isOwn = userId === caller.userId && !caller.limited
  return { ...(isOwn || maySee(caller, kind) ? seen : { status: 204 }), ...(etag !== undefined && { etag }) }
}
