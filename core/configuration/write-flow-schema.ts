// Writes flows/schema.json anew, after a stage or its settings have changed: node core/configuration/write-flow-schema.ts
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ports } from '../api/index.ts'
import { createCatalog } from './catalog.ts'
import { documentSchema } from './document-schema.ts'
import { loadPlugins } from './plugins.ts'

const loaded = await loadPlugins(fileURLToPath(new URL('../../plugins/', import.meta.url)))
if ('problems' in loaded) throw new Error(loaded.problems.join('\n'))
const created = createCatalog(loaded.plugins, new Set(Object.values(ports).map(({ id }) => id)))
if ('problems' in created) throw new Error(created.problems.join('\n'))
writeFileSync(new URL('../../flows/schema.json', import.meta.url), `${JSON.stringify(documentSchema(created.catalog), null, 2)}\n`)
