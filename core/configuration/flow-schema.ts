import type { Catalog } from './catalog.ts'
import { kinds } from './kinds.ts'
import { closed, type Schema } from './schema.ts'

/** Without what is refused as not built, so that editors do not offer it. */
const built = (schema: Schema): Schema => {
  const properties = Object.entries(schema.properties ?? {}).filter(([, property]) => !property['x-unbuilt'])
  return {
    ...schema,
    ...(schema.properties && { properties: Object.fromEntries(properties.map(([name, property]) => [name, built(property)])) }),
    ...(schema.items && { items: built(schema.items) }),
  }
}

/**
 * The JSON Schema (2020-12) of flow files: editors complete and check them by it. It knows the stages that the catalog has, with their settings,
 * and the other kinds only by name.
 */
export const flowSchema = (catalog: Catalog): object => {
  const flow = built(closed(kinds.flows.schema))
  const step = flow.properties!['steps']!.items!
  const steps = [...catalog.stages.values()]
    .toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
    .map((stage) => ({
      title: stage.kind,
      ...step,
      properties: { ...step.properties, type: { const: stage.kind }, with: catalog.schema(stage) },
      required: catalog.schema(stage).required?.length ? ['type', 'with'] : ['type'],
    }))
  const others = Object.keys(kinds).filter((kind) => kind !== 'flows')
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sluice configuration document',
    type: 'object',
    required: ['version'],
    properties: {
      version: { const: 1 },
      flows: {
        type: 'object',
        propertyNames: { pattern: kinds.flows.key.pattern.source },
        additionalProperties: {
          ...flow,
          properties: { ...flow.properties, steps: { ...flow.properties!['steps'], items: { oneOf: steps } } },
        },
      },
      ...Object.fromEntries(others.map((kind) => [kind, { type: 'object' }])),
    },
    additionalProperties: false,
  }
}
