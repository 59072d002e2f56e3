import { Ajv } from 'ajv'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, type LightMyRequestResponse } from 'fastify'
import { Secret, type Answer, type HttpAnswer, type HttpRequest, type Refusal, type Session, type User, type Wants } from 'sluice/plugin'
import { protocol } from '../plugin.ts'
import type { Context, OidcProvider, Parked, Settings } from '../types.ts'
import { memoryGrants, memoryKeys, memoryStore, memoryUsers, time } from './ports.ts'

const ajv = new Ajv({ useDefaults: true, strict: false, allErrors: true })
const validSettings = ajv.compile(protocol.settings)
const validParked = ajv.compile(protocol.request)

/** Settings as configuration gives them to a plugin: checked, with defaults, secrets wrapped. */
export const settingsOf = (given: Record<string, unknown>): Settings => {
  const settings = structuredClone(given)
  if (!validSettings(settings)) throw new Error(ajv.errorsText(validSettings.errors))
  const { clientSecret } = settings as { clientSecret?: string }
  return { ...settings, ...(clientSecret ? { clientSecret: new Secret(clientSecret) } : {}) } as Settings
}

export const confidential = { clientId: 'app', clientSecret: 's3cret', redirectUris: ['https://app.example/cb'] }
export const publicClient = { clientId: 'spa', clientType: 'public', redirectUris: ['https://spa.example/cb', 'http://127.0.0.1/cb'] }

const ada: User = {
  id: '0198c0de-0000-7000-8000-000000000001',
  username: 'ada',
  name: 'Ada Lovelace',
  email: 'ada@example.com',
  emailVerified: true,
  enabled: true,
  groups: ['engineers'],
  attributes: {},
  updatedAt: new Date('2026-01-01T00:00:00Z'),
}

/**
 * A server with this plugin on ports in memory, and sign-ins that need no screen: the session that a test sets is used, else `ada` signs
 * in at once. What the plugin asked of core is kept for assertions.
 */
/** As if each method were a factor of its own. */
export const proved = ({ length: factors }: readonly string[]) => ({ factors, levels: ['1', '2'].slice(0, factors) })

export const world = async (clients: Readonly<Record<string, Record<string, unknown>>> = { app: confidential }, clock = time()) => {
  const users = memoryUsers()
  users.all.set(ada.id, ada)
  const grants = memoryGrants(clock, users)
  const logged: unknown[] = []
  const log = (fields: object, text: string) => void logged.push({ ...fields, text })
  const events: { readonly action: string }[] = []
  /** Who answers what the plugin asks of other servers. */
  const called = { answer: (_: HttpRequest): Promise<HttpAnswer> => Promise.reject(new Error('nobody answers')) }
  const use = {
    clock,
    users,
    grants,
    keys: memoryKeys(clock),
    claims: { of: async () => ({}) },
    consents: { covers: async () => setting.consented, allow: () => ({ effect: 'consents.allow', data: null }) },
    store: memoryStore(clock),
    log: { debug: log, info: log, warn: log, error: log },
    http: { request: (asked: HttpRequest): Promise<HttpAnswer> => called.answer(asked) },
    events: { record: async (event: { readonly action: string }) => void events.push(event) },
  }
  const providers = new Map<string, OidcProvider>()
  for (const [slug, given] of Object.entries(clients))
    providers.set(slug, { slug, id: `id-of-${slug}`, settings: settingsOf(given), application: { slug, name: slug }, mappings: [] })

  const seen = {
    wants: undefined as Wants | undefined,
    parked: undefined as Parked | undefined,
    logout: undefined as { readonly confirmed: boolean; readonly then?: URL } | undefined,
  }
  const setting = {
    session: undefined as Session | undefined,
    refusal: undefined as Refusal | undefined,
    allowed: true,
    methods: ['pwd'] as readonly string[],
    origin: undefined as string | undefined,
    permissions: [] as readonly string[],
    /** Has the user allowed it before? */
    consented: false,
  }

  const answer = async (_request: FastifyRequest, reply: FastifyReply, given: Answer): Promise<FastifyReply> => {
    if (given.answer === 'redirect') return reply.redirect(given.to.href)
    if (given.answer === 'json') return reply.code(given.status).send(given.body)
    if (given.answer === 'post') return reply.send({ post: given.to.href, fields: given.fields })
    return reply.code(given.status).send({ page: given.screen })
  }
  const originOf = (request: FastifyRequest) => setting.origin ?? `${request.protocol}://${request.host}`

  const refusalOf = ({ silent, maxAge, subject }: Wants): Refusal | undefined => {
    if (setting.refusal) return setting.refusal
    const { session } = setting
    const stale = session && maxAge !== undefined && (clock.now().getTime() - session.at.getTime()) / 1000 >= maxAge
    if (silent && (!session || stale)) return 'login-needed'
    return subject !== undefined && subject !== (session?.userId ?? ada.id) ? 'login-needed' : undefined
  }
  const ctx: Context = {
    use,
    providers: () => ({
      find: (name, value) => [...providers.values()].find(({ settings }) => settings[name as keyof Settings] === value),
      byApplication: (slug) => providers.get(slug),
    }),
    origin: originOf,
    levels: () => ['1', '2'],
    session: async () => setting.session,
    may: async (_, permission) => setting.permissions.includes(permission),
    async login(request, reply, provider, given, wants = {}) {
      const parked: unknown = JSON.parse(JSON.stringify(given))
      if (!validParked(parked)) throw new Error(ajv.errorsText(validParked.errors))
      seen.parked = parked as Parked
      seen.wants = wants
      const common = { provider, request: seen.parked, origin: originOf(request), use }
      const why = refusalOf(wants)
      if (why) return answer(request, reply, await protocol.refused({ ...common, why }))
      setting.session ??= { id: 'session-1', at: clock.now(), methods: setting.methods, userId: ada.id }
      const { session } = setting
      const subject = users.all.get(session.userId)!
      return answer(request, reply, await protocol.finish({ ...common, subject, session: { ...session, ...proved(session.methods) } }))
    },
    async logout(_request, reply, wish) {
      seen.logout = wish
      return reply.send({ signedOut: true })
    },
    authorize: async () => ({ allowed: setting.allowed, reason: 'test' }),
    answer,
  }

  const app: FastifyInstance = fastify()
  for (const prefix of protocol.mounts ?? []) await app.register(async (scope) => protocol.routes(scope, ctx), { prefix })
  await app.ready()
  return { app, use, users, grants, events, logged, seen, setting, providers, clock, called, ada }
}
export type World = Awaited<ReturnType<typeof world>>

export const base = '/application/o'
const request = {
  client_id: 'app',
  redirect_uri: 'https://app.example/cb',
  response_type: 'code',
  scope: 'openid email profile',
  state: 's1',
}

type Fields = Readonly<Record<string, string | undefined>>
const encode = (fields: Fields): string => {
  const encoded = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) encoded.append(name, value)
  return encoded.toString()
}

/** Sends an authorization request; `undefined` leaves a parameter out. */
export const authorize = ({ app }: World, changes: Fields = {}, raw = ''): Promise<LightMyRequestResponse> =>
  app.inject({ url: `${base}/authorize/?${encode({ ...request, ...changes })}${raw}` })

/** The parameters that were answered at the redirect URI. */
export const answered = (response: LightMyRequestResponse): Record<string, string> => {
  const location = response.headers.location
  if (response.statusCode !== 302 || location === undefined) throw new Error(`no redirect but ${response.statusCode}: ${response.body}`)
  const { search, hash } = new URL(location)
  return Object.fromEntries(new URLSearchParams(search || hash.slice(1)))
}

export const codeOf = async (one: World, changes: Fields = {}): Promise<string> => {
  const { code } = answered(await authorize(one, changes))
  if (code === undefined) throw new Error('no code')
  return code
}

/** Posts a form to the token endpoint. */
export const post = ({ app }: World, fields: Fields, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> =>
  app.inject({
    method: 'POST',
    url: `${base}/token/`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: encode(fields),
  })

export const asApp = { client_id: 'app', client_secret: 's3cret' }

/** Redeems a code as the confidential client. */
export const redeem = (one: World, code: string, changes: Fields = {}): Promise<LightMyRequestResponse> =>
  post(one, { grant_type: 'authorization_code', code, redirect_uri: request.redirect_uri, ...asApp, ...changes })

/** Signs in and returns the token response. */
export const tokens = async (one: World, changes: Fields = {}): Promise<Record<string, any>> => {
  const response = await redeem(one, await codeOf(one, changes))
  if (response.statusCode !== 200) throw new Error(response.body)
  return response.json()
}
