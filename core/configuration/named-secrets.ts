import type { Schema } from './schema.ts'

const reference = (name: '$env' | '$file' | '$keep', description: string): Schema => ({
  type: 'object',
  properties: { [name]: { type: 'string', description } },
  required: [name],
  additionalProperties: false,
})

/** A secret in a file: as it is, or named. */
const secretInFile = ({ title, description }: Schema): Schema => {
  const named = [
    reference('$env', 'The environment variable that holds it.'),
    reference('$file', 'The file that holds it.'),
    reference('$keep', 'As an export says it: the secret that is stored stays.'),
  ]
  return { title, description, anyOf: [{ type: 'string' }, ...named] }
}

type Saying = { readonly secretAs: (schema: Schema) => Schema; readonly offers: (property: Schema) => boolean }

const isBuilt = (property: Schema): boolean => !property['x-unbuilt']

/** A schema of what people say: defaults may be left out, and what is not built is not offered. */
const said = (schema: Schema, saying: Saying): Schema => {
  const { properties = {}, required, items, anyOf, oneOf, ...rest } = schema
  if (schema['x-secret']) return saying.secretAs(schema)
  const inner = (one: Schema): Schema => said(one, saying)
  const built = Object.entries(properties).filter(([, property]) => saying.offers(property))
  const needed = required?.filter((name) => !properties[name]?.['x-default-from'] && !('default' in (properties[name] ?? {})))
  return {
    ...rest,
    ...(schema.properties && { properties: Object.fromEntries(built.map(([name, property]) => [name, inner(property)])) }),
    ...(needed?.length && { required: needed }),
    ...(items && { items: inner(items) }),
    ...(anyOf && { anyOf: anyOf.map(inner) }),
    ...(oneOf && { oneOf: oneOf.map(inner) }),
  }
}

/** A schema of what people write into files: secrets may be named there. */
export const writtenBy = (schema: Schema): Schema => said(schema, { secretAs: secretInFile, offers: isBuilt })

/** A schema of what people fill in: secrets keep their marks, by which a form knows them, and lists of what is not built are left out, too. */
export const filledIn = (schema: Schema): Schema =>
  said(schema, { secretAs: (one) => one, offers: (property) => isBuilt(property) && isBuilt(property.items ?? {}) })
