import { writtenBy } from './named-secrets.ts'
import { checkOf, closed, type Schema } from './schema.ts'
import { didYouMean } from './suggest.ts'
import { isSeed, type Kind, type KindName, kindNames, kinds, schemaOf, unbuiltKinds } from './kinds.ts'
import type { Path, Position, Problem } from './problem.ts'
import { resolveSecrets, type SecretReader } from './secrets.ts'
import { type Parsed, readYaml } from './yaml.ts'

/** A configuration document as it was written: syntax checked, nothing else. */
export type Document = Pick<Parsed, 'value'> & {
  /** As of `Parsed`; nowhere for what was not read from a text. */
  readonly at: (path: Path, part?: 'key' | 'value') => Position | undefined
  readonly secrets: SecretReader | undefined
}

/** What has no text, e.g. an object as the database has it. */
export const nowhere: Document = { value: undefined, at: () => undefined, secrets: undefined }

/** One object of a document, checked by its kind's schema. Its settings are not checked yet. */
export type Item = {
  /** That of the stored object: the same through renames. Undefined where it is not stored. */
  readonly id?: string
  readonly kind: KindName
  readonly slug: string
  /** Not sound: something in it is wrong and told. It is linked all the same, without that, to find what else is wrong. */
  readonly sound: boolean
  readonly spec: Readonly<Record<string, unknown>>
  /** The same without the defaults of its kind. */
  readonly written: Readonly<Record<string, unknown>>
  readonly document: Document
}
/** An object that a document deletes, by `slug: null`. */
export type Deletion = { readonly kind: KindName; readonly slug: string; readonly document: Document }

/** Of an item, or of something in it. */
export const positionOf = ({ document, kind, slug }: Deletion, path: Path = [], part?: 'key' | 'value'): Position | undefined =>
  document.at([kind, slug, ...path], part)
export const problemOf = (item: Deletion, path: Path, message: string): Problem => ({
  position: positionOf(item, path),
  path: [item.kind, item.slug, ...path],
  message,
})

/** `secrets` is there for files, which may name variables and files for secrets; not for what came over the network. */
export const readDocument = (
  text: string,
  file: string,
  secrets?: SecretReader,
): { readonly document: Document } | { readonly problems: readonly Problem[] } => {
  const read = readYaml(text, file)
  return 'problems' in read ? read : { document: { ...read.parsed, secrets } }
}

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A part of a file as a document of its own, e.g. the section `configuration:` of `sluice.yml`. Its `version` may be left out. */
export const sectionOf = (parsed: Parsed, section: string, secrets: SecretReader): Document => {
  const value = (parsed.value as Readonly<Record<string, unknown>>)[section]
  return {
    value: isMap(value) ? { version: 1, ...value } : value,
    at: (path, part) => parsed.at([section, ...path], part),
    secrets,
  }
}

/** A copy without the values that problems were found in. Entries of lists stay, so that the others keep their places. */
const without = (
  spec: Readonly<Record<string, unknown>>,
  problems: readonly { readonly path: Path }[],
): Readonly<Record<string, unknown>> => {
  const copy = structuredClone(spec) as Record<string, unknown>
  for (const { path } of problems) {
    const last = path.at(-1)
    const parent = path.slice(0, -1).reduce((value: unknown, part) => (value as Record<string, unknown> | undefined)?.[String(part)], copy)
    if (last !== undefined && isMap(parent)) delete (parent as Record<string, unknown>)[String(last)]
  }
  return copy
}

const variants = new Map<Schema, Schema>()

/** What an object is checked by when it is read: the secrets of a section may still be named, and are looked up where it is linked. */
const asWritten = (kind: KindName, slug: string): Schema => {
  const schema = closed(schemaOf(kind, slug))
  const { sections }: Kind = kinds[kind]
  if (!sections) return schema
  const variant = variants.get(schema) ?? writtenBy(schema)
  variants.set(schema, variant)
  return variant
}

/** An object as it is written, checked by the schema of its kind. */
export const itemOf = (
  kind: KindName,
  slug: string,
  written: unknown,
  document: Document,
): { readonly item: Item | undefined; readonly problems: readonly { readonly path: Path; readonly message: string }[] } => {
  const checked = checkOf(asWritten(kind, slug))(written)
  if ('value' in checked) {
    return { item: { kind, slug, sound: true, spec: checked.value, written: written as Item['written'], document }, problems: [] }
  }
  const { problems } = checked
  const spec = isMap(written) ? without(written, problems) : undefined
  return { item: spec && { kind, slug, sound: false, spec, written: spec, document }, problems }
}

type Found = { readonly items: readonly Item[]; readonly deletions: readonly Deletion[]; readonly problems: readonly Problem[] }

/** The objects of a document, what it deletes, and everything that is wrong with its shape. */
export const itemsOf = (document: Document): Found => {
  const items: Item[] = []
  const deletions: Deletion[] = []
  const problems: Problem[] = []
  const problem = (path: Path, message: string, part?: 'key' | 'value'): void =>
    void problems.push({ position: document.at(path, part), path, message })

  const root = document.value
  if (!isMap(root)) {
    problem([], 'a configuration document is a map that starts with "version: 1"')
    return { items, deletions, problems }
  }
  if (root['version'] !== 1) {
    problem(
      ['version'],
      root['version'] === undefined ? '"version" is missing; start with "version: 1"' : `must be 1, not ${JSON.stringify(root['version'])}`,
    )
  }

  for (const [kind, map] of Object.entries(root)) {
    if (kind === 'version') continue
    if (unbuiltKinds.includes(kind)) {
      if (!isMap(map) || Object.keys(map).length > 0) problem([kind], `${kind} are not built yet; remove this section`, 'key')
    } else if (!Object.hasOwn(kinds, kind)) {
      problem([kind], `there is no kind "${kind}"${didYouMean(kind, kindNames) || `; there are ${kindNames.join(', ')}`}`, 'key')
    } else if (map !== null && !isMap(map)) {
      problem([kind], 'must be a map with a slug for each object')
    } else {
      for (const [slug, spec] of Object.entries(map ?? {})) readItem(kind as KindName, slug, spec)
    }
  }
  return { items, deletions, problems }

  function readItem(kind: KindName, slug: string, written: unknown): void {
    const { schema, key, reserved, secrets, sections }: Kind = kinds[kind]
    const path = [kind, slug]
    if (sections && !Object.hasOwn(sections, slug)) {
      const known = Object.keys(sections)
      return problem(path, `there are no ${kind} of "${slug}"${didYouMean(slug, known) || `; there are ${known.join(', ')}`}`, 'key')
    }
    if (!key.pattern.test(slug)) problem(path, `"${slug}" must be ${key.hint}`, 'key')
    else if (reserved?.includes(slug)) problem(path, `"${slug}" is an address of Sluice's own; choose another slug`, 'key')
    if (written === null) {
      if (isSeed(kind)) problem(path, `${kind} are not deleted by a document; they live in the directory`, 'key')
      else deletions.push({ kind, slug, document })
      return
    }
    const resolved = secrets ? resolveSecrets(schema, written, document.secrets) : { value: written, problems: [] }
    const read = itemOf(kind, slug, resolved.value, document)
    for (const found of [...resolved.problems, ...read.problems]) problem([...path, ...(found.path ?? [])], found.message)
    if (read.item) items.push(read.item)
  }
}
