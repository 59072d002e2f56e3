import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Secret } from '../api/index.ts'
import type { Path, Problem } from './problem.ts'
import type { Schema } from './schema.ts'

/** How the process that reads a document looks up `{ $env: NAME }` and `{ $file: PATH }`. */
export type SecretReader = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What relative paths are relative to. */
  readonly directory: string
  /** Files that another process has read, by the names that the document says: the text, or the code of the error. */
  readonly files?: Readonly<Record<string, { readonly text: string } | { readonly code: string }>>
}

type Change = (value: unknown, path: Path) => unknown

/** The schema of a key that `properties` does not name. */
const othersOf = ({ patternProperties = {}, additionalProperties }: Schema, key: string): Schema | undefined => {
  const [, found] = Object.entries(patternProperties).find(([pattern]) => new RegExp(pattern, 'u').test(key)) ?? []
  return found ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
}

/** A copy of a value in which every secret field that is there has been changed. */
export const mapSecrets = (schema: Schema, value: unknown, change: Change, path: Path = []): unknown => {
  if (schema['x-secret']) return value === undefined ? undefined : change(value, path)
  const branches = schema.anyOf ?? schema.oneOf
  if (branches) return branches.reduce((result: unknown, branch) => mapSecrets(branch, result, change, path), value)
  if (Array.isArray(value)) {
    const { items } = schema
    return items ? value.map((item, index) => mapSecrets(items, item, change, [...path, index])) : value
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const inner = schema.properties?.[key] ?? othersOf(schema, key)
      return [key, inner ? mapSecrets(inner, item, change, [...path, key]) : item]
    }),
  )
}

export const isReference = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && ('$env' in value || '$file' in value)
/** Forms of secrets that are known to the house alone. */
const inward = ['$keep', '$sealed']

/** What a file says, without the line end behind it. Throws an error with a code. */
const textOf = (name: string, { directory, files }: SecretReader): string => {
  if (!files) return readFileSync(resolve(directory, name), 'utf8').replace(/\r?\n$/, '')
  const file = (Object.hasOwn(files, name) ? files[name] : undefined) ?? { code: 'ENOENT' }
  if ('text' in file) return file.text
  throw Object.assign(new Error(file.code), { code: file.code })
}

/** What a reference names, or why that cannot be read. */
export const lookUp = (reference: Readonly<Record<string, unknown>>, reader: SecretReader): { value: string } | { message: string } => {
  const [[kind, name] = ['', ''], ...more] = Object.entries(reference)
  if (more.length > 0 || typeof name !== 'string' || name === '') return { message: `must be { ${kind}: … } with one name` }
  if (kind === '$env') {
    // Asked for as its own: every object has a `toString`.
    const value = Object.hasOwn(reader.env, name) ? reader.env[name] : undefined
    return value ? { value } : { message: `the environment variable ${name} is ${value === undefined ? 'not set' : 'empty'}; set it` }
  }
  try {
    const value = textOf(name, reader)
    return value ? { value } : { message: `the file ${name} is empty` }
  } catch (error) {
    return { message: `the file ${name} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})` }
  }
}

const misplaced = (value: unknown, path: Path, problems: Problem[]): void => {
  if (isReference(value)) problems.push({ path, message: '$env and $file are for secret fields only; write the value' })
  else if (typeof value === 'object' && value !== null && inward.some((name) => Object.hasOwn(value, name)))
    problems.push({ path, message: '$keep is for secret fields only; write the value' })
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) misplaced(item, [...path, Array.isArray(value) ? Number(key) : key], problems)
  }
}

/**
 * Replaces `{ $env }` and `{ $file }` by what they name, in the secret fields of a schema; anywhere else they are refused. Without a reader (a
 * document that came over the network) all of them are.
 */
export const resolveSecrets = (
  schema: Schema,
  value: unknown,
  reader: SecretReader | undefined,
): { readonly value: unknown; readonly problems: readonly Problem[] } => {
  const problems: Problem[] = []
  const resolved = mapSecrets(schema, value, (item, path) => {
    if (!isReference(item)) return item
    if (!reader) {
      problems.push({ path, message: '$env and $file are read where a file is read, not from a request; send the value' })
      return 'refused'
    }
    const found = lookUp(item, reader)
    if ('value' in found) return found.value
    problems.push({ path, message: found.message })
    return 'unresolved'
  })
  misplaced(resolved, [], problems)
  return { value: resolved, problems }
}

/** Checked settings as plugins get them: secret texts become `Secret` objects. */
export const sealSecrets = (schema: Schema, value: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  mapSecrets(schema, value, (item) => (typeof item === 'string' ? new Secret(item) : item)) as Record<string, unknown>
