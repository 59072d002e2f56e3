import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Document, sectionOf } from '../configuration/document.ts'
import type { Position, Problem } from '../configuration/problem.ts'
import { didYouMean } from '../configuration/suggest.ts'
import { type Parsed, readYaml } from '../configuration/yaml.ts'
import { isUnbuilt, optionNames, table, variableOf } from './table.ts'

/** A value as somebody wrote it, with the name they used. */
export type Said = { readonly text: string; readonly name: string; readonly position?: Position | undefined; readonly directory: string }

type Source = { readonly said: ReadonlyMap<string, Said>; readonly problems: readonly Problem[] }

const known: readonly string[] = optionNames.flatMap((name) =>
  'secret' in table[name] && table[name].secret ? [name, `${name}_file`] : [name],
)

const unknownName = (name: string, shown: (name: string) => string): string => {
  if (isUnbuilt(name)) return `${shown(name)} is not built yet; remove it`
  return `there is no option ${shown(name)}${didYouMean(shown(name), known.map(shown))}`
}

/** Options of the environment. A variable that is empty counts as not set. */
export const fromEnvironment = (env: Readonly<Record<string, string | undefined>>, cwd: string): Source => {
  const said = new Map<string, Said>()
  const problems: Problem[] = []
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith('SLUICE_') || variable === 'SLUICE_CONFIG' || !text) continue
    const name = variable.slice('SLUICE_'.length).toLowerCase()
    if (!known.includes(name) || variable !== variableOf(name)) problems.push({ message: unknownName(name, variableOf) })
    else said.set(name, { text, name: variable, directory: cwd })
  }
  return { said, problems }
}

export type OptionsFile = Source & { readonly path: string | undefined; readonly configuration: Document | undefined }

const fileFor = (env: Readonly<Record<string, string | undefined>>, cwd: string, system: string): string | undefined => {
  if (env['SLUICE_CONFIG']) return resolve(cwd, env['SLUICE_CONFIG'])
  return [resolve(cwd, 'sluice.yml'), system].find((path) => existsSync(path))
}

const textOf = (value: unknown): string | undefined => {
  if (Array.isArray(value)) {
    const texts = value.map(textOf)
    return texts.includes(undefined) ? undefined : texts.join(',')
  }
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined
}

/** Is a map in the file, which is the same as its JSON in the environment. */
const takesMap = (key: string): boolean => optionNames.some((name) => name === key && 'map' in table[name] && table[name].map)

const readOptions = ({ value, at }: Parsed, path: string): Source => {
  const said = new Map<string, Said>()
  const problems: Problem[] = []
  if (value === null) return { said, problems }
  if (typeof value !== 'object' || Array.isArray(value)) {
    return {
      said,
      problems: [{ position: at([]), message: 'must be a map with an option on each line, e.g. "listen_http: 0.0.0.0:9000"' }],
    }
  }
  for (const [key, written] of Object.entries(value)) {
    if (key === 'configuration' || written === null) continue
    const text = takesMap(key) && typeof written === 'object' ? JSON.stringify(written) : textOf(written)
    if (!known.includes(key)) problems.push({ position: at([key], 'key'), message: unknownName(key, (name) => name) })
    else if (text === undefined) problems.push({ position: at([key]), message: `${key} must be a text or a list of texts` })
    else said.set(key, { text, name: key, position: at([key]), directory: dirname(path) })
  }
  return { said, problems }
}

/** Options of the file, if there is one, and its section `configuration:`. */
export const fromFile = (env: Readonly<Record<string, string | undefined>>, cwd: string, system: string): OptionsFile => {
  const path = fileFor(env, cwd, system)
  const nothing = { said: new Map<string, Said>(), path, configuration: undefined }
  if (path === undefined) return { ...nothing, problems: [] }
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown reason'
    const named = env['SLUICE_CONFIG'] ? 'SLUICE_CONFIG: ' : ''
    return { ...nothing, problems: [{ message: `${named}the file ${path} cannot be read (${why})` }] }
  }
  const read = readYaml(text, path)
  if ('problems' in read) return { ...nothing, problems: read.problems }
  const source = readOptions(read.parsed, path)
  const section = (read.parsed.value as Readonly<Record<string, unknown>> | null)?.['configuration']
  const configuration = section ? sectionOf(read.parsed, 'configuration', { env, directory: dirname(path) }) : undefined
  return { ...source, path, configuration }
}
