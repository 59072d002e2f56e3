import type { Schema } from './schema.ts'

const reference = (name: '$env' | '$file' | '$keep', description: string): Schema => ({
  type: 'object',
  properties: { [name]: { type: 'string', description } },
  required: [name],
  additionalProperties: false,
})

/** A schema of what people write: defaults may be left out, secrets may be named, and what is not built is not offered. */
export const writtenBy = (schema: Schema): Schema => {
  const { properties = {}, required, items, anyOf, oneOf, ...rest } = schema
  if (schema['x-secret']) {
    const { title, description } = schema
    const named = [
      reference('$env', 'The environment variable that holds it.'),
      reference('$file', 'The file that holds it.'),
      reference('$keep', 'As an export says it: the secret that is stored stays.'),
    ]
    return { title, description, anyOf: [{ type: 'string' }, ...named] }
  }
  const built = Object.entries(properties).filter(([, property]) => !property['x-unbuilt'])
  const needed = required?.filter((name) => !properties[name]?.['x-default-from'] && !('default' in (properties[name] ?? {})))
  return {
    ...rest,
    ...(schema.properties && { properties: Object.fromEntries(built.map(([name, property]) => [name, writtenBy(property)])) }),
    ...(needed?.length && { required: needed }),
    ...(items && { items: writtenBy(items) }),
    ...(anyOf && { anyOf: anyOf.map(writtenBy) }),
    ...(oneOf && { oneOf: oneOf.map(writtenBy) }),
  }
}
