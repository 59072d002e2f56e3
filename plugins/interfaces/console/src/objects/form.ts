import { type Group, hasText, type Schema, t } from 'sluice/interface'

type Key = { readonly pattern: string; readonly hint: string }
const slugSchema = ({ pattern, hint }: Key, reserved: readonly string[]): Schema => ({
  type: 'string',
  title: 'Slug',
  description: 'What addresses and references call it.',
  // Addresses of Sluice's own cannot be slugs, and `new` is that of the console's form.
  pattern: `^(?!(?:${['new', ...reserved].join('|')})$)${pattern.replace(/^\^/, '')}`,
  'x-hint': hint,
})

/** What a request that makes an object sends: so the answer's pointers are those of the form. */
export const requestSchema = (
  spec: Schema,
  { key, reserved = [] }: { readonly key: Key; readonly reserved?: readonly string[] },
): Schema => ({
  type: 'object',
  properties: { slug: slugSchema(key, reserved), spec },
  required: ['slug', 'spec'],
})

/** Groups of fields with their texts. */
export const groupsInWords = (groups: readonly Group[] = []): readonly Group[] =>
  groups.map(({ title, description, ...group }) => ({
    ...group,
    ...(title !== undefined && { title: t(title) }),
    ...(description !== undefined && hasText(description) && { description: t(description) }),
  }))

/** What people call it. */
export const nameOf = ({ slug, spec }: { readonly slug: string; readonly spec: Readonly<Record<string, unknown>> }): string => {
  const name = spec['name'] ?? spec['title']
  return typeof name === 'string' && name !== '' ? name : slug
}
