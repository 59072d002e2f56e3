import { checkOf, closed, type Schema } from '../../configuration/schema.ts'
import { pointerOf } from '../../configuration/places.ts'
import { invalid } from './problem.ts'

const typed = (schema: Schema | undefined, value: unknown): unknown => {
  if (typeof value !== 'string') return value
  if (schema?.type === 'integer' && /^-?\d{1,15}$/.test(value)) return Number(value)
  if (schema?.type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

/** The parameters of an address are texts: those that are to be numbers, or yes and no, become so. */
const typedQuery = (schema: Schema, query: unknown): unknown =>
  Object.fromEntries(
    Object.entries(query as Readonly<Record<string, unknown>>).map(([name, value]) => [name, typed(schema.properties?.[name], value)]),
  )

/** No name and no text that is searched for has any, and databases do not agree on what they mean. */
const control = /\p{Cc}/u
const refuseControls = (query: unknown): void => {
  const [name] =
    Object.entries(query as Readonly<Record<string, unknown>>).find(([, value]) => typeof value === 'string' && control.test(value)) ?? []
  if (name !== undefined) throw invalid([{ pointer: pointerOf([name]), detail: 'has control characters; leave them out' }])
}

/** Checks a part of a request, with defaults filled in; what the schema does not name is refused. The check throws `ApiProblem` with everything that is wrong. */
export const requestCheck = (schema: Schema, part: 'body' | 'query'): ((value: unknown) => unknown) => {
  const check = checkOf(closed(schema))
  return (value) => {
    if (part === 'query') refuseControls(value)
    const checked = check(part === 'query' ? typedQuery(schema, value) : value)
    if ('value' in checked) return checked.value
    const where = part === 'query' ? 'parameters of the address' : 'body'
    throw invalid(
      checked.problems.map(({ path, message }) => ({ pointer: pointerOf(path), detail: message })),
      `The ${where} cannot be used: ${checked.problems.map(({ path, message }) => `${pointerOf(path)} ${message}`.trim()).join('; ')}`.slice(
        0,
        2000,
      ),
    )
  }
}
