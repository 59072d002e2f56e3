import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Static, TObject } from 'typebox'
import type { Configurable, Message, Use, Used } from './base.ts'
import type { MappedScope } from './claims.ts'
import type { Screen } from './screen.ts'

/** How an application asks for sign-ins: one configured object of a protocol. */
export type Provider<S> = {
  readonly slug: string
  /**
   * Of this provider for this application, as long as both are there: who is made under their slugs later has another, and so has a provider that is
   * given to another application. What outlives a request is compared by it.
   */
  readonly id: string
  readonly settings: S
  readonly application: Application
  /** What the configuration's `scopeMappings` bring, for the port `claims`. */
  readonly mappings: readonly MappedScope[]
}
export type Application = { readonly slug: string; readonly name: string; readonly launchUrl?: string }

/** Who signed in. `id` is the immutable UUID. */
export type Subject = { readonly id: string; readonly username: string }
/** `at`: when the user last proved who they are. `methods`: `pwd`, `passkey`, … in the order of proof. */
export type Session = { readonly id: string; readonly at: Date; readonly methods: readonly string[]; readonly userId: string }

/** How a protocol answers once the flow is over. Data, so a test needs no browser. */
export type Answer =
  | { readonly answer: 'redirect'; readonly to: URL }
  /** A page that posts `fields` to `to`, by itself where JavaScript runs, else with a button. */
  | { readonly answer: 'post'; readonly to: URL; readonly fields: Readonly<Record<string, string>> }
  | { readonly answer: 'json'; readonly status: number; readonly body: unknown }
  | { readonly answer: 'page'; readonly status: number; readonly screen: Screen }

/** What the protocol wants of the sign-in. Stages and policies read it. */
export type Wants = {
  /** No screens (OIDC `prompt=none`). */
  readonly silent?: boolean
  /** Seconds since the user last proved who they are; 0 = now. */
  readonly maxAge?: number
  /** Who it probably is: a user name or an address, as the application says it. */
  readonly hint?: string
  /** The user that must come out of it (OIDC `id_token_hint`); anybody else is refused as `login-needed`. */
  readonly subject?: string
  /** Names of levels of authentication, one of which is needed, the preferred first (OIDC `acr_values`). */
  readonly levels?: readonly string[]
  /** What the user is asked to allow. `to` are names of scopes with their texts; `always`: ask even if allowed before. */
  readonly consent?: { readonly to: readonly { readonly name: string; readonly text: Message }[]; readonly always?: boolean }
}
/** `level-unmet`: no level was reached that the application needs. */
export type Refusal = 'denied' | 'login-needed' | 'consent-needed' | 'level-unmet' | 'expired'

export type Providers<S> = {
  find(setting: string, value: string): Provider<S> | undefined
  byApplication(slug: string): Provider<S> | undefined
}

export type ProtocolContext<S, R, U extends Use> = {
  readonly use: Used<U>
  /** Providers of this protocol in the request's configuration snapshot; `find` looks at settings that the protocol lists as `index`. */
  providers(request: FastifyRequest): Providers<S>
  /** The origin that this request was accepted under, e.g. `https://id.example.com`: the base of every address in its answers. */
  origin(request: FastifyRequest): string
  /** Names of the levels of authentication that `wants.levels` may ask for, weakest first. */
  levels(request: FastifyRequest): readonly string[]
  /** Who is signed in at this browser, if anybody. */
  session(request: FastifyRequest): Promise<Session | undefined>
  /** Has whoever is signed in at this browser this permission of the HTTP API, e.g. `providers.view`? */
  may(request: FastifyRequest, permission: string): Promise<boolean>
  /** Parks the request, runs the application's flows as far as they are needed, and ends in `finish` or `refused`. */
  login(request: FastifyRequest, reply: FastifyReply, provider: Provider<S>, parked: R, wants?: Wants): Promise<FastifyReply>
  /**
   * Signs the browser out by the invalidation flow. `confirmed`: the application proved whose session it is, so nobody is asked.
   * `then`: where the browser goes afterwards; it must have been checked against what the application registered.
   */
  logout(
    request: FastifyRequest,
    reply: FastifyReply,
    wish: { readonly confirmed: boolean; readonly then?: URL; readonly application?: Application },
  ): Promise<FastifyReply>
  /**
   * May this user open this application now? Asked where no flow runs: refresh, introspection. A grant says who it is. Where it names a session, that is
   * what was proved, and from where: the request is then one of the application's own server.
   */
  authorize(
    who: { readonly userId: string; readonly sessionId?: string },
    application: Application,
    request: FastifyRequest,
  ): Promise<{ readonly allowed: boolean; readonly reason: string }>
  /** Sends an answer to the browser, e.g. an error page for a request that cannot be answered by redirect. */
  answer(request: FastifyRequest, reply: FastifyReply, answer: Answer): Promise<FastifyReply>
}

export type Done<S, R, U extends Use> = {
  readonly provider: Provider<S>
  readonly request: R
  readonly subject: Subject
  /** `factors`: how many different ones were proved; `levels`: names of the levels of authentication that this reaches, weakest first. */
  readonly session: Session & { readonly factors: number; readonly levels: readonly string[] }
  readonly origin: string
  readonly use: Used<U>
}

export type Refused<S, R, U extends Use> = {
  readonly provider: Provider<S>
  readonly request: R
  readonly why: Refusal
  readonly origin: string
  readonly use: Used<U>
}

export type Protocol<S extends TObject = any, R extends TObject = any, U extends Use = any> = Configurable<S> & {
  /** Settings by which a provider is found; each value may occur in one provider of the protocol only. */
  readonly index?: readonly string[]
  /** The parked request: plain JSON, so it outlives a restart. */
  readonly request: R
  /** Where the routes stand, e.g. `/application/o`. Two plugins that claim one prefix refuse to start. Default `/x/<kind>`. */
  readonly mounts?: readonly string[]
  readonly use?: U
  /** `app` is an encapsulated Fastify scope under each mount; nothing set on it leaks out. */
  routes(app: FastifyInstance, ctx: ProtocolContext<Static<S>, Static<R>, U>): void | Promise<void>
  finish(done: Done<Static<S>, Static<R>, U>): Answer | Promise<Answer>
  refused(no: Refused<Static<S>, Static<R>, U>): Answer | Promise<Answer>
}
export const defineProtocol = <S extends TObject, R extends TObject, U extends Use = {}>(protocol: Protocol<S, R, U>): Protocol<S, R, U> =>
  Object.freeze(protocol)
