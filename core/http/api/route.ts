import type { Static, TObject, TSchema } from 'typebox'
import type { Asking } from '../../access/authorize.ts'
import type { Caller } from '../../access/caller.ts'
import { isPermission, type Permission, type RoleDefinitions } from '../../access/permissions.ts'
import type { Snapshot } from '../../configuration/types.ts'

/** Who may call a route. `signed-in`: everybody who is known; the route shows them what is theirs, or what `others` allows. */
export type Access = 'public' | 'signed-in' | Permission

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type ParamsOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? { readonly [K in Name | keyof ParamsOf<`/${Rest}`>]: string }
  : Path extends `${string}:${infer Name}`
    ? { readonly [K in Name]: string }
    : {}

/** One request, as handlers see it: checked against the route's schemas, its caller known. */
export type Call<P = any, Q = any, B = any> = {
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly caller: Caller
  readonly snapshot: Snapshot
  /** What roles allow, by the configuration that this request began with. */
  readonly roles: RoleDefinitions
  readonly request: {
    readonly ip: string
    readonly userAgent: string
    readonly id: string
    readonly origin: string
    /** What the caller reads, e.g. `de`. */
    readonly locale: string
  }
  /** The caller as access rules see them: at a browser, or by a token, which proves nothing and comes from no known browser. */
  asking(): Promise<Asking>
  /** `If-Match` and `If-None-Match` as they were sent. */
  readonly ifMatch: string | undefined
  readonly ifNoneMatch: string | undefined
  /** Of the body, without parameters. */
  readonly contentType: string
}

/** `status`: 200 unless said otherwise, 204 where there is no body. `etag` in its quotes. */
export type Answer = {
  readonly status?: number
  readonly body?: unknown
  /** In place of a body that is JSON. */
  readonly text?: { readonly type: string; readonly content: string }
  readonly etag?: string
  /** A browser may keep it, and asks by its ETag whether it is still so. Else nobody keeps anything. */
  readonly revalidate?: boolean
  /** The path of what was made. */
  readonly location?: string
}

/** One route of the API as data: the routes of the server, its OpenAPI description and the matrix of permissions are all made from these. */
export type Route = {
  readonly method: Method
  /** Under `/api/v1`, with parameters as `:name`. */
  readonly path: string
  readonly permission: Access
  /** Of a route for everybody: what lets the caller see, or do it to, what is not their own. */
  readonly others?: Permission | undefined
  readonly summary: string
  readonly description?: string | undefined
  readonly query?: TObject | undefined
  readonly body?: TSchema | undefined
  /** A body that is a configuration document, in YAML or JSON, handed on as text. */
  readonly document?: boolean | undefined
  /** What it answers with; undefined: nothing. */
  readonly response: TSchema | undefined
  /** The status of success. */
  readonly status?: 200 | 201 | 204 | undefined
  handler(call: Call): Promise<Answer>
}

type Wanted<Path extends string, Q extends TObject, B extends TSchema> = Omit<Route, 'path' | 'query' | 'body' | 'handler'> & {
  readonly path: Path
  readonly query?: Q
  readonly body?: B
  handler(call: Call<ParamsOf<Path>, Static<Q>, Static<B>>): Promise<Answer>
}

/** Throws for a route that says nothing of who may call it: it cannot be served by mistake. */
export const defineRoute = <Path extends string, Q extends TObject, B extends TSchema>(route: Wanted<Path, Q, B>): Route => {
  const { method, path, permission } = route as Route
  if (permission !== 'public' && permission !== 'signed-in' && !isPermission(permission ?? ''))
    throw new Error(`the route ${method} ${path} needs a permission; ${JSON.stringify(permission)} is none`)
  return Object.freeze(route as unknown as Route)
}
