import type { Json, UserFields } from 'sluice/plugin'

/** What prompts asked, as a user has it: three keys are fields, every other one an attribute. */
export function fieldsOf(data: object): Partial<UserFields> {
  const { username, name, email, ...attributes } = data as Readonly<Record<string, Json>>
  return {
    ...(typeof username === 'string' && { username }),
    ...(typeof name === 'string' && { name }),
    ...(typeof email === 'string' && { email }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  }
}
