import type { Catalog } from './catalog.ts'
import { kinds } from './kinds.ts'
import { writtenBy } from './named-secrets.ts'
import { closed } from './schema.ts'

/**
 * The JSON Schema (2020-12) of flow files: editors complete and check them by it. It knows the stages that the catalog has, with their settings,
 * and the other kinds only by name.
 */
export const flowSchema = (catalog: Catalog): object => {
  const flow = writtenBy(closed(kinds.flows.schema))
  const list = flow.properties?.['steps']
  const { id, when: condition, onInvalid, choose, flow: called } = list?.items?.properties ?? {}
  const when = { $ref: '#/$defs/condition' }
  const common = { id, when }
  const branch = choose?.items
  const nested = { ...list, items: { $ref: '#/$defs/step' } }
  const stages = [...catalog.stages.values()]
    .toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
    .map((stage) => {
      const settings = writtenBy(catalog.schema(stage))
      return {
        type: 'object',
        title: stage.kind,
        properties: { ...common, type: { const: stage.kind }, with: settings, onInvalid },
        required: settings.required ? ['type', 'with'] : ['type'],
        additionalProperties: false,
      }
    })
  const branches = { ...branch, properties: { when, steps: { ...branch?.properties?.['steps'], ...nested } } }
  const others = [
    { title: 'choose', properties: { ...common, choose: { ...choose, items: branches } }, required: ['choose'] },
    { title: 'flow', properties: { ...common, flow: called }, required: ['flow'] },
  ].map((step) => ({ type: 'object', ...step, additionalProperties: false }))
  const otherKinds = Object.keys(kinds).filter((kind) => kind !== 'flows')
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
          properties: { ...flow.properties, steps: nested },
        },
      },
      ...Object.fromEntries(otherKinds.map((kind) => [kind, { type: 'object' }])),
    },
    additionalProperties: false,
    $defs: { step: { oneOf: [...stages, ...others] }, condition },
  }
}
