import { Ajv2020, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Check } from '../engine/program.ts'
import { explain } from './explain.ts'
import { addAllFormats } from './formats.ts'

/** JSON Schema 2020-12, as far as it is walked here. */
export type Schema = {
  readonly type?: string | readonly string[] | undefined
  readonly title?: string | undefined
  readonly description?: string | undefined
  readonly properties?: Readonly<Record<string, Schema>> | undefined
  readonly patternProperties?: Readonly<Record<string, Schema>> | undefined
  readonly additionalProperties?: boolean | Schema | undefined
  readonly items?: Schema | undefined
  readonly anyOf?: readonly Schema[] | undefined
  readonly oneOf?: readonly Schema[] | undefined
  readonly enum?: readonly unknown[] | undefined
  readonly const?: unknown
  readonly required?: readonly string[] | undefined
  /** Stored encrypted, write-only, handed on as a `Secret`. */
  readonly 'x-secret'?: boolean | undefined
  /** A secret that may be made where it is needed and left out, when the object is created by the API; a text: what it begins with. */
  readonly 'x-generate'?: boolean | string | undefined
  /** The slug of another object: its kind, in the singular or the plural, e.g. `flow`. */
  readonly 'x-ref'?: string | undefined
  /** Beside `x-ref: flow`: what the flow has to be for, and how it is opened. */
  readonly 'x-flow'?: { readonly designation: string; readonly entry: 'link' } | undefined
  /** A text that is compiled and handed on as an `Expression`. */
  readonly 'x-expression'?: boolean | undefined
  /** Where a missing value comes from: `slug`, the slug of the configured object; `tokens.<name>`, a lifetime of `settings.tokens` in seconds. */
  readonly 'x-default-from'?: string | undefined
  /** What it means where it is left out, for forms: unlike `default` it is not filled in. */
  readonly 'x-unset'?: boolean | undefined
  /** Part of the document's language, but not built in this version; the text says what it is. */
  readonly 'x-unbuilt'?: string | undefined
  /** A list of scopes; these are the protocol's own, others come of `scopeMappings`. */
  readonly 'x-scopes'?: readonly string[] | undefined
  /** Of a section: its secrets are kept (`$keep`) only while these fields are as they were stored. */
  readonly 'x-keep-with'?: readonly string[] | undefined
  /** An address that has to be readable as one, beside its `pattern`. */
  readonly 'x-url'?: true | undefined
  /** What a `pattern` asks for, in words. */
  readonly 'x-hint'?: string | undefined
}

const createAjv = (dropUnknown: boolean): Ajv2020 => {
  const ajv = new Ajv2020({
    allErrors: true,
    useDefaults: true,
    verbose: true,
    strict: true,
    strictTypes: false,
    strictRequired: false,
    // Compiling the meta-schema costs more than all our schemas; unknown keywords are refused by `strict`.
    validateSchema: false,
    // Most schemas check little, once: the time to optimize their code is never won back.
    code: { optimize: false },
    // What `shared` took out is compiled once, not where it was.
    inlineRefs: false,
    ...(dropUnknown ? { removeAdditional: 'all' as const } : {}),
  })
  addAllFormats(ajv)
  for (const keyword of [
    'x-secret',
    'x-generate',
    'x-expression',
    'x-scopes',
    'x-default-from',
    'x-unset',
    'x-ref',
    'x-flow',
    'x-widget',
    'x-hint',
    'x-keep-with',
  ])
    ajv.addKeyword(keyword)
  // Beside a pattern, which tells what does not even look like one.
  ajv.addKeyword({
    keyword: 'x-url',
    type: 'string',
    validate: (_: true, text: string, parent?: AnySchemaObject) =>
      !new RegExp(String(parent?.['pattern'] ?? ''), 'u').test(text) || URL.canParse(text),
    errors: false,
  })
  ajv.addKeyword({ keyword: 'x-unbuilt', validate: () => false, errors: false })
  return ajv
}

const strict = createAjv(false)
const dropping = createAjv(true)

/** The same schema, with each choice that stands in it several times as one definition: to compile the conditions of steps at every depth took most of a start. */
const share = (schema: Schema): AnySchemaObject => {
  const times = new Map<object, number>()
  const count = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    times.set(part, (times.get(part) ?? 0) + 1)
    if (times.get(part) === 1) Object.values(part).forEach(count)
  }
  count(schema)
  const isShared = (part: object): boolean => 'anyOf' in part && (times.get(part) ?? 0) > 1
  const definitions = [...times.keys()].filter(isShared)
  if (definitions.length === 0) return schema
  const places = new Map(definitions.map((part, index) => [part, { $ref: `#/$defs/${index}` }]))
  const referring = (part: unknown): unknown => {
    if (typeof part !== 'object' || part === null) return part
    if (Array.isArray(part)) return part.map(referring)
    return places.get(part) ?? Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, referring(inner)]))
  }
  return { ...(referring(schema) as object), $defs: definitions }
}

const sharing = new WeakMap<Schema, AnySchemaObject>()

/** Of one schema always the same object: Ajv compiles each object once. */
const shared = (schema: Schema): AnySchemaObject => {
  const known = sharing.get(schema) ?? share(schema)
  sharing.set(schema, known)
  return known
}

/** Compiled at its first use. */
const lazily = (ajv: Ajv2020, schema: Schema): Check => {
  let validate: ValidateFunction | undefined
  return (value) => {
    const copy = structuredClone(value)
    validate ??= ajv.compile(shared(schema))
    return validate(copy) ? { value: copy as Record<string, unknown> } : { problems: explain(validate.errors ?? []) }
  }
}

/** A check of configuration: fills in defaults, leaves its input alone, says everything that is wrong. */
export const checkOf = (schema: Schema): Check => lazily(strict, schema)

/** A check of what a browser sent: what the schema does not name is dropped. */
export const answerCheckOf = (schema: Schema): Check => lazily(dropping, schema)

/** Throws, with the reason, for a schema that cannot be used. */
export const tryCompile = (schema: Schema): void => void strict.compile(schema)

const mapValues = <T, R>(record: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))

const closures = new WeakMap<Schema, Schema>()

/** The same schema, but what it does not name is an error. Of one schema always the same object, so that it is compiled once. */
export const closed = (schema: Schema): Schema => {
  const closure = closures.get(schema) ?? close(schema)
  closures.set(schema, closure)
  return closure
}

const close = (schema: Schema): Schema => {
  const { properties, patternProperties, items, anyOf, oneOf, additionalProperties, ...rest } = schema
  const open = additionalProperties ?? (properties || patternProperties ? false : undefined)
  return {
    ...rest,
    ...(properties && { properties: mapValues(properties, closed) }),
    ...(patternProperties && { patternProperties: mapValues(patternProperties, closed) }),
    ...(open !== undefined && { additionalProperties: typeof open === 'boolean' ? open : closed(open) }),
    ...(items && { items: closed(items) }),
    ...(anyOf && { anyOf: anyOf.map(closed) }),
    ...(oneOf && { oneOf: oneOf.map(closed) }),
  }
}
