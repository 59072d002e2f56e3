import Type from 'typebox'
import { defineRoute, type Route } from './route.ts'

const json = (schema: unknown) => ({ 'application/json': { schema } })

const problem = {
  description: 'Why not.',
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        required: ['status', 'code', 'title', 'detail'],
        properties: {
          type: { type: 'string' },
          status: { type: 'integer' },
          code: { type: 'string', description: 'Stable; for programs.' },
          title: { type: 'string' },
          detail: { type: 'string', description: 'For people.' },
          reference: { type: 'string', description: 'Under which the log has more.' },
          permissions: { type: 'array', items: { type: 'string' }, description: 'Those that are missing.' },
          errors: {
            type: 'array',
            items: { type: 'object', properties: { pointer: { type: 'string', description: 'RFC 6901.' }, detail: { type: 'string' } } },
          },
        },
      },
    },
  },
}

const pathOf = (path: string): string => `/api/v1${path.replaceAll(/:(\w+)/g, '{$1}')}`

type Properties = { readonly properties?: Readonly<Record<string, object>>; readonly required?: readonly string[] }

const parametersOf = ({ path, query }: Route) => {
  const { properties = {}, required = [] } = (query ?? {}) as Properties
  return [
    ...[...path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema })),
  ]
}

/** `x-permission` says who may call it, `x-others` what reaches beyond what is one's own. */
const operationOf = (route: Route) => {
  const { method, path, permission, others, summary, description, body, document, response, status } = route
  const success = status ?? (response === undefined ? 204 : 200)
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[:/.-]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: [path.split('/')[1]],
    summary,
    ...(description !== undefined && { description }),
    'x-permission': permission,
    ...(others !== undefined && { 'x-others': others }),
    ...(permission === 'public' && { security: [] }),
    parameters: parametersOf(route),
    ...(body !== undefined && { requestBody: { required: true, content: json(body) } }),
    ...(document && { requestBody: { required: true, content: { ...json({}), 'application/yaml': { schema: { type: 'string' } } } } }),
    responses: {
      [success]: { description: 'Done.', ...(response !== undefined && { content: json(response) }) },
      default: problem,
    },
  }
}

/** Flows as JSON: for everybody, since by them people sign in. Served beside the API, see the executor. */
const flowRun = {
  post: {
    operationId: 'postFlowsSlugRun',
    tags: ['flows'],
    summary: 'Begin, show or answer a run of a flow',
    description: 'With `{}` begins a run, with `{ run }` shows it, with `{ run, challenge, answer }` answers it.',
    'x-permission': 'public',
    security: [],
    parameters: [{ name: 'slug', in: 'path', required: true, schema: { type: 'string' } }],
    requestBody: { required: true, content: json({ type: 'object' }) },
    responses: { 200: { description: 'The screen to answer, or the end.', content: json({ type: 'object' }) }, default: problem },
  },
}

/** The routes as an OpenAPI 3.1 description. */
const describe = (routes: readonly Route[]) => ({
  openapi: '3.1.0',
  info: { title: 'Sluice', version: '1', description: 'Administration of this server. Errors are problem documents (RFC 9457).' },
  servers: [{ url: '/' }],
  security: [{ token: [] }, { cookie: [] }],
  components: {
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'A token of this server.' },
      cookie: { type: 'apiKey', in: 'cookie', name: 'sluice', description: "The session of a browser; for this server's own pages." },
    },
  },
  paths: {
    '/api/v1/flows/{slug}/run': flowRun,
    ...Object.fromEntries(
      [...Map.groupBy(routes, ({ path }) => pathOf(path))].map(([path, those]) => [
        path,
        Object.fromEntries(those.map((route) => [route.method.toLowerCase(), operationOf(route)])),
      ]),
    ),
  },
})

/** For whoever is signed in: it tells strangers which plugins there are. */
export const openApiRoute = (routes: readonly Route[]): Route => {
  let described: object | undefined
  const route: Route = defineRoute({
    method: 'GET',
    path: '/openapi.json',
    permission: 'signed-in',
    summary: 'Describe this API (OpenAPI 3.1)',
    response: Type.Object({}, { additionalProperties: true }),
    handler: async () => ({ body: (described ??= describe([...routes, route])) }),
  })
  return route
}
