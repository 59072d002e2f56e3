import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { ports } from '../core/api/index.ts'
import { createCatalog } from '../core/configuration/catalog.ts'
import { kinds } from '../core/configuration/kinds.ts'
import { filledIn } from '../core/configuration/named-secrets.ts'
import { loadPlugins } from '../core/configuration/plugins.ts'

const root = join(import.meta.dirname, '..')
const german = JSON.parse(readFileSync(join(root, 'core/interfaces/kit/schema-form/labels.de.json'), 'utf8')) as Record<string, string>

/** Every text that forms show of a schema. */
const textsOf = (schema: unknown, found = new Set<string>()): ReadonlySet<string> => {
  if (typeof schema !== 'object' || schema === null) return found
  for (const [key, value] of Object.entries(schema)) {
    if (['title', 'description', 'x-hint'].includes(key) && typeof value === 'string') found.add(value)
    textsOf(value, found)
  }
  return found
}

test('what forms say of the shipped kinds, stages, policies and protocols is there in German', async () => {
  const loaded = await loadPlugins(join(root, 'plugins'))
  assert.ok('plugins' in loaded)
  const made = createCatalog(loaded.plugins, new Set(Object.values(ports).map(({ id }) => id)))
  assert.ok('catalog' in made)
  const { stages, authenticators, policies, protocols, sinks } = made.catalog
  const types = [stages, authenticators, policies, protocols, sinks].flatMap((all) =>
    [...all.values()].map((one) => filledIn(made.catalog.schema(one))),
  )
  const own = Object.values(kinds).flatMap((kind) => [kind.schema, ...Object.values('sections' in kind ? kind.sections : {})].map(filledIn))
  const missing = [...textsOf([own, types])].filter((text) => german[text] === undefined)
  assert.deepEqual(missing, [], 'write these into core/interfaces/kit/schema-form/labels.de.json')
})
