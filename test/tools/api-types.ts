import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiRoutes } from '../../core/http/api/index.ts'
import type { Route } from '../../core/http/api/route.ts'
import { root } from './sources.ts'

type Schema = {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly additionalProperties?: boolean | Schema
  readonly patternProperties?: Readonly<Record<string, Schema>>
}

const quoted = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`)
const union = (schemas: readonly Schema[]): string => [...new Set(schemas.map(typeOf))].join(' | ')
const literal = (value: unknown): string =>
  typeof value === 'string' ? `'${value.replaceAll("'", String.raw`\'`)}'` : JSON.stringify(value)

const objectOf = ({ properties = {}, required = [], additionalProperties, patternProperties }: Schema): string => {
  const fields = Object.entries(properties).map(([name, inner]) => `${quoted(name)}${required.includes(name) ? '' : '?'}: ${typeOf(inner)}`)
  const [pattern] = Object.values(patternProperties ?? {})
  const rest = pattern ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined)
  if (fields.length === 0) return `Record<string, ${rest ? typeOf(rest) : 'unknown'}>`
  return `{ ${fields.join('; ')} }`
}

/** A JSON Schema as a TypeScript type. What is not told is `unknown`. */
function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return literal(schema.const)
  if (schema.enum) return schema.enum.map(literal).join(' | ')
  const branches = schema.anyOf ?? schema.oneOf
  if (branches) return union(branches)
  if (schema.allOf) return schema.allOf.map((part) => `(${typeOf(part)})`).join(' & ')
  if (Array.isArray(schema.type)) return union(schema.type.map((type: string) => ({ ...schema, type })))
  switch (typeof schema.type === 'string' ? schema.type : '') {
    case 'string':
      return 'string'
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    case 'null':
      return 'null'
    case 'array':
      return `(${typeOf(schema.items ?? {})})[]`
    case 'object':
      return objectOf(schema)
    default:
      return 'unknown'
  }
}

const operation = (route: Route): string => {
  const names = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => `${name}: string`)
  const path = names.length > 0 ? `path: { ${names.join('; ')} }` : 'path?: never'
  const required = ((route.query as Schema | undefined)?.required ?? []).length > 0
  const query = route.query ? `query${required ? '' : '?'}: ${typeOf(route.query as Schema)}` : 'query?: never'
  // `If-Match`, `If-None-Match`: see docs/api.md.
  const parameters = `parameters: { ${query}; header?: Record<string, string>; ${path} }`
  const media = route.document
    ? `'application/json': unknown`
    : route.body
      ? `'application/json': ${typeOf(route.body as Schema)}`
      : undefined
  const body = media === undefined ? 'requestBody?: never' : `requestBody: { content: { ${media} } }`
  const status = route.status ?? (route.response === undefined ? 204 : 200)
  const answer = route.response === undefined ? 'content?: never' : `content: { 'application/json': ${typeOf(route.response as Schema)} }`
  return `${route.method.toLowerCase()}: { ${parameters}; ${body}; responses: { ${status}: { headers: Record<string, string>; ${answer} }; default: { headers: Record<string, string>; content: { 'application/problem+json': unknown } } } }`
}

/** Handlers are not called: only what routes say of themselves is read. */
const unasked: any = new Proxy(() => undefined, { get: () => unasked, apply: () => unasked })

/** What the interfaces know of the API, written from the routes themselves. */
export const apiTypes = (): string => {
  const byPath = Map.groupBy(apiRoutes(unasked), ({ path }) => `/api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  const paths = [...byPath]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, routes]) => `  '${path}': {\n${routes.map((route) => `    ${operation(route)}`).join('\n')}\n  }`)
  return `// Generated from the routes of the API by \`npm run docs\`.\nexport type paths = {\n${paths.join('\n')}\n}\n`
}

export const apiTypesFile = join(root, 'core/interfaces/kit/api-types.ts')
export const isCurrent = (): boolean => readFileSync(apiTypesFile, 'utf8') === apiTypes()
