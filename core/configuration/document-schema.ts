import type { Catalog } from './catalog.ts'
import { flowSchema } from './flow-schema.ts'
import { type Kind, type KindName, kindNames, kinds } from './kinds.ts'
import { writtenBy } from './named-secrets.ts'
import { typesOf } from './places.ts'
import { closed, type Schema } from './schema.ts'

type Written = Schema & { readonly [keyword: string]: unknown }

/** Null deletes: what a schema says of maps does not concern it. */
const orNull = (schema: Schema): Written => ({ ...schema, type: ['object', 'null'] })

/** Settings by their type. A rule for each, rather than a choice: editors then say what is wrong in one. */
const byType = (schema: Schema, kind: KindName, catalog: Catalog): Written => {
  const types = typesOf(kind, catalog)
  if (!types || types.size === 0) return schema
  const inOrder = [...types.values()].toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
  return {
    ...schema,
    properties: { ...schema.properties, type: { ...schema.properties?.['type'], enum: inOrder.map((item) => item.kind) } },
    allOf: inOrder.map((item) => {
      const settings = writtenBy(catalog.schema(item))
      return {
        if: { properties: { type: { const: item.kind } }, required: ['type'] },
        then: { properties: { with: settings }, ...(settings.required && { required: ['with'] }) },
      }
    }),
  }
}

const kindSchema = (kind: KindName, catalog: Catalog): Written => {
  const { schema, key, sections }: Kind = kinds[kind]
  if (sections) {
    const properties = Object.fromEntries(Object.entries(sections).map(([name, section]) => [name, orNull(writtenBy(closed(section)))]))
    return { type: 'object', properties, additionalProperties: false }
  }
  return {
    type: 'object',
    propertyNames: { pattern: key.pattern.source },
    additionalProperties: orNull(byType(writtenBy(closed(schema)), kind, catalog)),
  }
}

/** The JSON Schema (2020-12) of configuration documents: editors complete and check them by it. It knows what the catalog has, with all settings. */
export const documentSchema = (catalog: Catalog): object => {
  const { properties, ...rest } = flowSchema(catalog) as Written
  const { flows, version } = properties as { readonly flows: Written; readonly version: Schema }
  return {
    ...rest,
    properties: {
      version,
      flows: { ...flows, additionalProperties: orNull(flows.additionalProperties as Schema) },
      ...Object.fromEntries(kindNames.filter((kind) => kind !== 'flows').map((kind) => [kind, kindSchema(kind, catalog)])),
    },
  }
}
