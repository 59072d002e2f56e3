import { isDeepStrictEqual } from 'node:util'
import {
  apiVersion,
  ports as offered,
  type Authenticator,
  type Plugin,
  type Policy,
  type Protocol,
  type Sink,
  type Stage,
  type Use,
} from '../api/index.ts'
import { closed, type Schema, tryCompile } from './schema.ts'
import { didYouMean } from './suggest.ts'

type Item = {
  readonly family: 'stage' | 'authenticator' | 'policy' | 'protocol' | 'sink'
  readonly plugin: Plugin
  readonly item: Stage | Authenticator | Policy | Protocol | Sink
}

/** Where core's own routes stand. */
const coreMounts = ['/-', '/api', '/if', '/static']

const itemsOf = (plugin: Plugin): readonly Item[] => [
  ...(plugin.stages ?? []).map((item) => ({ family: 'stage' as const, plugin, item })),
  ...(plugin.authenticators ?? []).map((item) => ({ family: 'authenticator' as const, plugin, item })),
  ...(plugin.policies ?? []).map((item) => ({ family: 'policy' as const, plugin, item })),
  ...(plugin.protocols ?? []).map((item) => ({ family: 'protocol' as const, plugin, item })),
  ...(plugin.sinks ?? []).map((item) => ({ family: 'sink' as const, plugin, item })),
]

const twice = (words: readonly string[]): readonly string[] => [...new Set(words.filter((word, index) => words.indexOf(word) !== index))]

/** `^1`, `^1.2` or `^1.2.3`: from there, below the next major version. */
const contains = (range: string, version: string): boolean => {
  const wanted = /^\^(\d+)(?:\.(\d+))?(?:\.(\d+))?$/.exec(range)
  if (!wanted) return false
  const [major, minor, patch] = version.split('.').map(Number) as [number, number, number]
  const [least, leastMinor, leastPatch] = [Number(wanted[1]), Number(wanted[2] ?? 0), Number(wanted[3] ?? 0)]
  return major === least && (minor > leastMinor || (minor === leastMinor && patch >= leastPatch))
}

const within = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}/`)

/** Every property of a settings schema, at any depth, with its path. */
function* properties(schema: Schema, path = ''): Generator<readonly [path: string, schema: Schema]> {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const place = path === '' ? name : `${path}.${name}`
    yield [place, inner]
    yield* properties(inner, place)
  }
  if (schema.items) yield* properties(schema.items, `${path}[]`)
  for (const branch of schema.anyOf ?? schema.oneOf ?? []) yield* properties(branch, path)
}

function* schemaProblems(schema: Schema): Generator<string> {
  if (schema.type !== 'object') yield 'settings must be an object'
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(schema)), schema)) yield 'settings are not plain JSON'
  for (const [path, property] of properties(schema)) {
    if (!property.title) yield `the setting "${path}" has no title`
    if (!property.description) yield `the setting "${path}" has no description`
  }
  try {
    tryCompile(closed(schema))
  } catch (error) {
    yield `settings cannot be checked: ${(error as Error).message}`
  }
}

function* itemProblems({ family, item }: Item, ports: ReadonlySet<string>): Generator<string> {
  if (!/^[a-z][a-z0-9-]*$/.test(item.kind)) yield 'its kind must be small letters, digits and -'
  for (const [name, port] of Object.entries((item.use ?? {}) as Use)) {
    if (!ports.has(port.id)) yield `uses the port "${port.id}" (as "${name}"), which nothing offers${didYouMean(port.id, ports)}`
    if (port === offered.devices && family !== 'authenticator')
      yield `uses the port "devices" (as "${name}"), which is for authenticators only`
  }
  yield* schemaProblems(item.settings as Schema)
  if ('index' in item) {
    for (const name of item.index ?? []) {
      if (!(name in item.settings.properties)) yield `its index names the setting "${name}", which it does not have`
    }
  }
}

function* messageProblems({ id, messages = {} }: Plugin): Generator<string> {
  const english = messages['en'] ?? {}
  for (const [language, texts] of Object.entries(messages)) {
    for (const key of Object.keys(texts)) {
      if (!key.startsWith(`${id}.`)) yield `the message "${key}" (${language}) does not start with "${id}."`
      if (!(key in english)) yield `the message "${key}" is there in ${language} but not in en`
    }
  }
}

/** Where a protocol's routes stand. */
const mountsOf = ({ kind, mounts = [`/x/${kind}`] }: Protocol): readonly string[] => mounts

/** Where what a plugin brings has routes of its own. */
const claimsOf = ({ id, protocols = [], authenticators = [] }: Plugin) => [
  ...protocols.flatMap((protocol) => mountsOf(protocol).map((mount) => ({ id, family: 'protocol', kind: protocol.kind, mount }))),
  ...authenticators.flatMap(({ kind, wellKnown = {} }) =>
    Object.keys(wellKnown).map((name) => ({ id, family: 'authenticator', kind, mount: `/.well-known/${name}` })),
  ),
]

function* mountProblems(plugins: readonly Plugin[]): Generator<string> {
  const claims = plugins.flatMap(claimsOf)
  for (const [index, { id, family, kind, mount }] of claims.entries()) {
    const claim = `plugin "${id}": ${family} "${kind}" claims the address ${mount}`
    if (!/^(\/[A-Za-z0-9._-]+)+$/.test(mount)) yield `${claim}, which is not a path such as /application/o`
    for (const taken of coreMounts) if (within(mount, taken) || within(taken, mount)) yield `${claim}, but ${taken} is Sluice's own`
    for (const other of claims.slice(0, index)) {
      const same = other.family === family && other.kind === kind && other.id === id && other.mount !== mount
      if (!same && (within(mount, other.mount) || within(other.mount, mount))) yield `${claim}, but "${other.id}" claims ${other.mount}`
    }
  }
}

function* pluginProblems(plugin: Plugin, ids: ReadonlySet<string>): Generator<string> {
  if (!/^[a-z][a-z0-9-]*$/.test(plugin.id)) yield 'its id must be small letters, digits and -'
  // Its texts and its part of the store go by its id, so it would get at ours.
  if (plugin.id === 'core') yield 'its id is that of Sluice itself; choose another'
  if (!contains(plugin.api, apiVersion)) yield `was written for version ${plugin.api} of the plugin API, this is ${apiVersion}`
  for (const need of plugin.needs ?? []) if (!ids.has(need)) yield `needs the plugin "${need}", which is not loaded${didYouMean(need, ids)}`
  yield* messageProblems(plugin)
}

function* interfaceProblems(plugins: readonly Plugin[]): Generator<string> {
  const all = plugins.flatMap(({ id, interfaces = [] }) => interfaces.map(({ kind, path }) => ({ id, kind, path })))
  for (const [index, { id, kind, path }] of all.entries()) {
    const claim = `plugin "${id}": interface "${kind}"`
    if (!/^\/if\/(?!flow\/|refused\/|preview\/)[a-z][a-z0-9-]*\/$/.test(path))
      yield `${claim} claims the address ${path}, which is not one such as /if/reports/ that is free`
    for (const other of all.slice(0, index)) {
      if (other.path === path) yield `${claim} claims ${path}, but "${other.id}" does, too`
      if (other.kind === kind) yield `${claim} is brought by "${other.id}", too`
    }
  }
}

/** All that is wrong with a set of plugins, each line naming its plugin. */
export const catalogProblems = (plugins: readonly Plugin[], ports: ReadonlySet<string>): readonly string[] => {
  const problems: string[] = []
  const ids = new Set(plugins.map(({ id }) => id))
  for (const id of twice(plugins.map((plugin) => plugin.id))) problems.push(`two plugins have the id "${id}"`)

  const items = plugins.flatMap(itemsOf)
  for (const name of twice(items.map(({ family, item }) => `${family} "${item.kind}"`))) {
    const by = items.filter(({ family, item }) => `${family} "${item.kind}"` === name).map(({ plugin }) => `"${plugin.id}"`)
    problems.push(`${name} is brought by ${by.join(' and ')}`)
  }
  for (const plugin of plugins) for (const problem of pluginProblems(plugin, ids)) problems.push(`plugin "${plugin.id}": ${problem}`)
  for (const item of items) {
    for (const problem of itemProblems(item, ports))
      problems.push(`plugin "${item.plugin.id}": ${item.family} "${item.item.kind}": ${problem}`)
  }
  return [...problems, ...mountProblems(plugins), ...interfaceProblems(plugins)]
}
