import type { ErrorObject } from 'ajv/dist/2020.js'
import type { Problem } from '../engine/program.ts'
import type { Path } from './problem.ts'
import { didYouMean } from './suggest.ts'

/** `/steps/1/with` → `['steps', 1, 'with']` (RFC 6901), with list positions as numbers where the value at the place is a list's. */
export const pathOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^(0|[1-9]\d*)$/.test(part) ? Number(part) : part))

/** As it can be read: signs that turn the direction of text are told, not written. */
const quoted = (value: unknown): string => {
  const text = (JSON.stringify(value) ?? String(value)).replaceAll(
    /[\u007f-\u009f\p{Bidi_Control}]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  array: 'a list',
  object: 'a map',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'empty',
}

const typeOf = (value: unknown) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)

const wrongType = (wanted: string, value: unknown): string => {
  const names = wanted.split(',').map((name) => typeNames[name] ?? name)
  const quote = wanted === 'string' && (typeof value === 'number' || typeof value === 'boolean') ? '; put it in quotes' : ''
  const list = wanted === 'array' && typeof value === 'string' ? `; write [${value}]` : ''
  return `must be ${names.join(' or ')}, not ${typeof value === 'boolean' ? value : typeNames[typeOf(value)]}${quote}${list}`
}

const oneOf = (value: unknown, allowed: readonly unknown[]): string => {
  const guess = typeof value === 'string' ? didYouMean(value, allowed.map(String)) : ''
  return `${quoted(value)} is not one of ${allowed.map(String).join(', ')}${guess}`
}

const limit = (error: ErrorObject): string => {
  const { limit: bound, comparison } = error.params as { limit: number; comparison?: string }
  const words: Readonly<Record<string, string>> = {
    minLength: `must have at least ${bound} character${bound === 1 ? '' : 's'}`,
    maxLength: `must have at most ${bound} characters`,
    minItems: bound === 1 ? 'must not be empty' : `must have at least ${bound} entries`,
    maxItems: `must have at most ${bound} entries`,
    minProperties: `must have at least ${bound} entries`,
    maxProperties: `must have at most ${bound} entries`,
  }
  return words[error.keyword] ?? `must be ${comparison ?? ''} ${bound}`
}

const message = (error: ErrorObject): string => {
  const schema = (error.parentSchema ?? {}) as Readonly<Record<string, unknown>>
  const params = error.params as Readonly<Record<string, unknown>>
  // What a secret field holds is never repeated, not even if it is wrong.
  const value = schema['x-secret'] === true ? '…' : error.data
  switch (error.keyword) {
    case 'type':
      return wrongType(String(params['type']), error.data)
    case 'required':
      return `"${String(params['missingProperty'])}" is missing`
    case 'additionalProperties': {
      const name = String(params['additionalProperty'])
      const known = Object.keys(schema['properties'] ?? {})
      return `there is no "${name}" here${didYouMean(name, known) || (known.length > 0 ? `; there are ${known.join(', ')}` : '')}`
    }
    case 'enum':
      return oneOf(value, params['allowedValues'] as readonly string[])
    case 'const':
      return `must be ${quoted(params['allowedValue'])}, not ${quoted(value)}`
    case 'pattern':
      return `${quoted(value)} ${typeof schema['x-hint'] === 'string' ? `must be ${schema['x-hint']}` : `does not match ${String(params['pattern'])}`}`
    case 'format':
      return `${quoted(value)} is not a valid ${String(params['format'])}`
    case 'x-url':
      return `${quoted(value)} is no address that can be opened; check its host and its port`
    case 'uniqueItems':
      return `entries ${Number(params['j']) + 1} and ${Number(params['i']) + 1} are equal; remove one of them`
    case 'x-unbuilt':
      return `${String(error.schema)} not built yet; remove it`
    case 'minLength':
    case 'maxLength':
    case 'minItems':
    case 'maxItems':
    case 'minProperties':
    case 'maxProperties':
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
    case 'exclusiveMaximum':
      return limit(error)
    default:
      return error.message ?? 'is not valid'
  }
}

/** Branches of a choice that are all constants are one list of values for people; of other choices the choice itself is the error. */
const choice = (error: ErrorObject): string => {
  const branches = error.schema as readonly { readonly const?: unknown; readonly title?: string; readonly type?: string }[]
  if (branches.every((branch) => 'const' in branch))
    return oneOf(
      error.data,
      branches.map((branch) => branch.const),
    )
  const names = branches.map((branch) => branch.title ?? (branch.type ? (typeNames[branch.type] ?? branch.type) : undefined))
  return names.every(Boolean)
    ? `${quoted(error.data)} fits none of: ${names.join(', ')}`
    : `${quoted(error.data)} has none of the allowed forms`
}

/** The branch that was meant, where only one is of the value's own type: what is wrong there is more use than that nothing fits. */
const meant = ({ schema, schemaPath, data }: ErrorObject): string | undefined => {
  const branches = schema as readonly { readonly type?: string }[]
  const fitting = branches.flatMap(({ type }, index) => (type === typeOf(data) ? [index] : []))
  return fitting.length === 1 ? `${schemaPath}/${fitting[0]}/` : undefined
}

/** Ajv's errors as sentences for people, one for each thing to put right. */
export const explain = (errors: readonly ErrorObject[]): readonly Problem[] => {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')
  const unbuilt = new Set(
    errors.filter(({ keyword }) => keyword === 'x-unbuilt').map(({ instancePath }) => instancePath.replace(/\/[^/]*$/, '')),
  )
  const inside = (error: ErrorObject, outer: ErrorObject) =>
    outer !== error && error.schemaPath.startsWith(`${outer.schemaPath}/`) && error.instancePath.startsWith(outer.instancePath)
  const within = (outer: ErrorObject): readonly ErrorObject[] => {
    const branch = meant(outer)
    return branch === undefined ? [] : errors.filter((error) => inside(error, outer) && error.schemaPath.startsWith(branch))
  }
  const told = errors.filter((error) => {
    if (error.keyword === 'required' && unbuilt.has(error.instancePath)) return false
    if (choices.includes(error) && within(error).length > 0) return false
    return !choices.some((outer) => inside(error, outer) && !within(outer).includes(error))
  })
  return told.map((error) => {
    const path = pathOf(error.instancePath)
    if (error.keyword === 'additionalProperties') {
      const { additionalProperty } = error.params as { readonly additionalProperty: string }
      return { path: [...path, additionalProperty], message: message(error) }
    }
    return { path, message: choices.includes(error) ? choice(error) : message(error) }
  })
}
