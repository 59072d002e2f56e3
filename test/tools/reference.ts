import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { permissions } from '../../core/access/permissions.ts'
import type { Stage } from '../../core/api/index.ts'
import { readCatalog } from '../../core/configuration/house.ts'
import { type Kind, kindNames, kinds, unbuiltKinds } from '../../core/configuration/kinds.ts'
import type { Schema } from '../../core/configuration/schema.ts'
import { entryOf, helpers, scopeNames } from '../../core/policy/scope.ts'
import { type Option, optionNames, table, variableOf } from '../../core/options/table.ts'
import { tableOf } from './markdown.ts'
import { root } from './sources.ts'

const catalog = await readCatalog()
const code = (text: string) => `\`${text}\``

const options = (): string =>
  tableOf(
    ['Option', 'Default', 'What it is'],
    optionNames.map((name) => {
      const { default: fallback, description, secret }: Option = table[name]
      return [`${code(variableOf(name))}${secret ? ' (or `_FILE`)' : ''}`, fallback, description]
    }),
  )

const typeOf = (schema: Schema): string => {
  if (schema['x-secret']) return 'secret'
  if (schema.enum) return schema.enum.map((value) => code(String(value))).join(', ')
  const choices = schema.anyOf ?? schema.oneOf
  if (choices) return [...new Set(choices.map(typeOf))].join(', ')
  if (schema.const !== undefined) return code(JSON.stringify(schema.const))
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`
  const words: Readonly<Record<string, string>> = { string: 'text', object: 'map', boolean: '`true`, `false`', integer: 'number' }
  return words[String(schema.type)] ?? String(schema.type ?? 'any value')
}

const defaultOf = (schema: Schema & { readonly default?: unknown }, required: boolean): string => {
  const { 'x-default-from': from } = schema
  if (from?.startsWith('tokens.')) return `${code(`settings.${from}`)}, else ${code(JSON.stringify(schema.default))}`
  if (from !== undefined) return `the ${from}`
  if (schema.default !== undefined) {
    const { default: value } = schema
    const written = Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value)
    return written === '' ? 'none' : code(written)
  }
  return required ? '**required**' : '–'
}

/** A row for each field, those of maps and of lists of maps too. */
const rowsOf = (schema: Schema, before = ''): readonly (readonly string[])[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    if (field['x-unbuilt'] ?? field.items?.['x-unbuilt']) return []
    const path = `${before}${name}`
    const row = [code(path), typeOf(field), defaultOf(field, schema.required?.includes(name) ?? false), field.description ?? '']
    // Steps within steps have the fields of steps.
    if (path.endsWith('choose[].steps')) return [row]
    return [row, ...rowsOf(field, `${path}.`), ...rowsOf(field.items ?? {}, `${path}[].`)]
  })

const fields = (schema: Schema): string => tableOf(['Field', 'Type', 'Default', 'What it is'], rowsOf(schema))

const unbuiltOf = (schema: Schema): readonly string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    ...((field['x-unbuilt'] ?? field.items?.['x-unbuilt']) ? [name] : []),
    ...unbuiltOf(field),
    ...unbuiltOf(field.items ?? {}),
  ])

const kindSections = (): string =>
  kindNames
    .map((name) => {
      const { schema, key, sections }: Kind = kinds[name]
      const unbuilt = [...new Set(unbuiltOf(schema))].map(code)
      const later = unbuilt.length > 0 ? `\n\nNot built yet, and refused by name: ${unbuilt.join(', ')}.` : ''
      const tables = Object.entries(sections ?? {}).map(([section, own]) => `\`${section}\`:\n\n${fields(own)}`)
      return `### ${name}\n\nThe key is ${key.hint}.\n\n${tables.join('\n\n') || fields(schema)}${later}`
    })
    .join('\n\n')

const unbuilt = (): string => unbuiltKinds.map(code).join(', ')

/** The first sentence below the heading of what a plugin brings, in the README beside it. */
const summary = (folder: string, kind: string): string => {
  const [, section = ''] = readFileSync(join(root, folder, 'README.md'), 'utf8').split(new RegExp(`^#+ ${kind}$`, 'm'))
  const [, text = ''] = section.split('\n\n')
  return text.replaceAll('\n', ' ').replace(/([.?!]) [A-Z].*$/, '$1')
}

const stageRow = ({ kind, settings, proves: own = [], authenticators }: Stage): readonly string[] => {
  const plugin = catalog.plugins.find(({ stages: all = [] }) => all.some((stage) => stage.kind === kind))?.id ?? kind
  const folder = `plugins/stages/${plugin}`
  const names = Object.keys((settings as Schema).properties ?? {})
  const proves = authenticators ? 'as authenticators do' : own.map(code).join(', ') || '–'
  return [`[${kind}](../${folder}/README.md)`, summary(folder, kind), names.map(code).join(', ') || '–', proves]
}

const stages = (): string =>
  tableOf(
    ['Stage', 'What it does', 'Settings', 'Proves'],
    [...catalog.stages.values()].toSorted((a, b) => a.kind.localeCompare(b.kind)).map(stageRow),
  )

/** Every name that expressions may use, with its properties. */
const scope = (): string =>
  tableOf(
    ['Name', 'Type', 'What it is'],
    [
      ...scopeNames.flatMap((name) => {
        const { type = '', description = '', fields = {} } = entryOf(name) ?? {}
        const rows = Object.entries(fields).map(([field, one]) => [code(`${name}.${field}`), code(one.type), one.description])
        return [[code(name), code(type), description], ...rows]
      }),
      ...Object.entries(helpers).map(([name, { type, description }]) => [code(name), code(type), description]),
    ],
  )

const protocolSections = (): string =>
  [...catalog.protocols.values()].map((protocol) => `### ${protocol.kind}\n\n${fields(catalog.schema(protocol))}`).join('\n\n')

/** What the command line itself says. */
const said = (...args: readonly string[]): string => {
  const { stdout, stderr } = spawnSync(process.execPath, [join(root, 'core/boot/boot.mjs'), ...args, '--help'], { encoding: 'utf8' })
  if (!stdout) throw new Error(`sluice ${args.join(' ')} --help said nothing: ${stderr}`)
  return stdout.trimEnd()
}

const commands = (): string => {
  const overview = said()
  const names = [...overview.matchAll(/^ {2}([a-z]+(?: [a-z]+)?) {2}/gm)].map(([, name = '']) => name)
  const sections = names.map((name) => `## sluice ${name}\n\n\`\`\`text\n${said(...name.split(' '))}\n\`\`\``)
  return [`\`\`\`text\n${overview}\n\`\`\``, ...sections].join('\n\n')
}

const permissionTable = (): string => {
  const byThing = Map.groupBy(permissions, (permission) => permission.split('.')[0] ?? '')
  return tableOf(
    ['Thing', 'Permissions'],
    [...byThing].map(([thing, those]) => [code(thing), those.map(code).join(', ')]),
  )
}

/** What makes each generated part of the documents. */
export const reference: Readonly<Record<string, () => string>> = {
  options,
  kinds: kindSections,
  unbuilt,
  stages,
  protocols: protocolSections,
  scope,
  commands,
  permissions: permissionTable,
}
