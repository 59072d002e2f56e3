import { parseArgs } from 'node:util'
import { configuration } from './configuration.ts'
import { table, type Figure } from './figures.ts'
import { grown } from './grown.ts'
import { lists } from './lists.ts'
import { logins } from './logins.ts'
import { policies } from './policies.ts'
import { sandbox } from './sandbox.ts'
import { sizes } from './sizes.ts'
import { starting } from './starting.ts'
import { timings } from './timings.ts'
import { tokens } from './tokens.ts'
import { workers } from './workers.ts'

// npm run bench [-- --json] [NAME…]: measures this installation. It prints and fails for no figure: machines differ, ratios less so.

const measures: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  starting,
  logins: logins('SQLite'),
  'logins-postgresql': logins('PostgreSQL'),
  'logins-redis': logins('PostgreSQL and Redis'),
  es256: tokens('ES256'),
  rs256: tokens('RS256'),
  'es256-postgresql': tokens('ES256', 'PostgreSQL'),
  'es256-redis': tokens('ES256', 'PostgreSQL and Redis'),
  'rs256-postgresql': tokens('RS256', 'PostgreSQL'),
  'rs256-redis': tokens('RS256', 'PostgreSQL and Redis'),
  workers,
  grown,
  timings,
  policies,
  sandbox,
  configuration,
  lists,
  sizes,
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } })
const names = positionals.length > 0 ? positionals : Object.keys(measures)
const unknown = names.find((name) => !Object.hasOwn(measures, name))
if (unknown !== undefined)
  throw new Error(`there is nothing to measure called "${unknown}"; there are: ${Object.keys(measures).join(', ')}`)

const figures: Figure[] = []
for (const name of names) {
  process.stderr.write(`measuring: ${name}\n`)
  figures.push(...((await measures[name]?.()) ?? []))
}
process.stdout.write(values.json ? `${JSON.stringify(figures, undefined, 2)}\n` : `${table(figures)}\n`)
