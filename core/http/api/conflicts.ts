import type { Message } from '../../api/index.ts'
import type { Conflict } from '../../data/effects.ts'
import { coreMessages } from '../../web/core-messages.ts'
import { createMessages, type Translate } from '../../web/messages.ts'
import { ApiProblem, impossible } from './problem.ts'

let english: Translate | undefined

/** What the directory says of fields, in the words that people are shown, in English. */
const textOf = (message: Message): string => {
  english ??= createMessages({ core: coreMessages, plugins: [], problem: () => {} }).translator('en')
  return english(message)
}

/** What stands in the way of a user's fields. A name that is taken is a conflict with somebody else's, the rest is the request's own. */
export const conflictProblem = ({ errors }: Conflict): ApiProblem => {
  const listed = Object.entries(errors).map(([field, message]) => ({ pointer: `/${field}`, detail: textOf(message) }))
  const taken = Object.values(errors).some((message) => 'key' in message && message.key === 'core.username-taken')
  const detail = listed.map((error) => `${error.pointer}: ${error.detail}`).join('; ')
  return taken ? new ApiProblem(409, 'username-taken', detail, { errors: listed }) : impossible('invalid-fields', listed, detail)
}
