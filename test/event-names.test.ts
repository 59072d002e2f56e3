import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { projectFiles } from './files.mjs'
import { catalogue } from '../plugins/interfaces/console/src/areas/events/catalogue.ts'
import de from '../plugins/interfaces/console/src/areas/events/de.json' with { type: 'json' }
import en from '../plugins/interfaces/console/src/areas/events/en.json' with { type: 'json' }

const root = join(import.meta.dirname, '..')
const recorded = /(?:audit\(events, call, |events\.record\(\{\s*(?:action: )|ending\.record\()'([a-z_.-]+)'/g

test('every event that the code records has a name in every language, a sign and a severity', () => {
  const files = ['core', 'plugins'].flatMap((folder) => projectFiles(root, folder))
  const code = files.filter((file) => file.endsWith('.ts') && !/\.(test|fixture)\.ts$/.test(file))
  const actions = new Set(code.flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(recorded)].map(([, name]) => name!)))
  assert.ok(actions.size > 15, `found only ${[...actions].join(', ')}`)
  for (const action of actions) assert.ok(catalogue[action], `"${action}" is recorded, but catalogue.ts does not know it`)
  for (const texts of [en, de] as readonly Readonly<Record<string, string>>[])
    for (const action of Object.keys(catalogue)) assert.ok(texts[`events.action.${action}`], `there is no text "events.action.${action}"`)
})
