import type { ClaimsWish, Expression, Json, Log, MappedClaims, MappedScope } from '../api/index.ts'
import type { Pool } from '../../sandbox/index.ts'
import type { Sessions } from '../access/sessions.ts'
import { batching } from './batch.ts'
import { fetchUser, type Directory, type Fetch } from './directory.ts'
import { evaluate } from './evaluate.ts'
import { programOf } from './expressions.ts'
import { needsOf, scopeFor } from './pruning.ts'
import type { Situation } from './types.ts'

/** Where one claim comes from: a path in the scope of expressions, an expression, or the same for everybody. */
export type Rule =
  | { readonly claim: string; readonly path: readonly string[] }
  | { readonly claim: string; readonly expression: Expression }
  | { readonly claim: string; readonly value: Json }

export type CompiledMapping = { readonly slug: string; readonly inTokens: boolean; readonly rules: readonly Rule[] }

const mappings = new WeakMap<MappedScope, CompiledMapping>()

/** A mapping as protocols see it: what is behind it stays here. */
export const mappedScope = (seen: Pick<MappedScope, 'scope' | 'description' | 'claims'>, compiled: CompiledMapping): MappedScope => {
  const mapped = Object.freeze({ ...seen }) as MappedScope
  mappings.set(mapped, compiled)
  return mapped
}

const compiledOf = (mapped: MappedScope): CompiledMapping => {
  const compiled = mappings.get(mapped)
  if (!compiled) throw new TypeError('this is not a mapping of the configuration')
  return compiled
}

/** What the directory is asked for. */
const needsOfRule = (rule: Rule): Iterable<Fetch> => {
  if ('path' in rule) return needsOf([rule.path])
  return 'expression' in rule ? needsOf(programOf(rule.expression).paths) : []
}

const dig = (value: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, name) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, name) ? (inner as Record<string, unknown>)[name] : undefined,
    value,
  )

type Parts = {
  readonly pool: Pick<Pool, 'runAll'>
  readonly directory: Directory
  readonly sessions: Pick<Sessions, 'find'>
  readonly log: Log
  readonly now: () => Date
}

/** The port `claims`: paths are followed here, all expressions of one wish go to the sandbox in one message. */
export const createClaims = ({ pool, directory, sessions, log, now }: Parts): MappedClaims => ({
  async of(wish) {
    const wanted = wish.mappings
      .filter(({ scope }) => wish.scopes.includes(scope))
      .map(compiledOf)
      .filter(({ inTokens }) => inTokens || wish.where === 'answer')
      .flatMap(({ slug, rules }) => rules.map((rule) => ({ slug, rule })))
    if (wanted.length === 0) return {}

    const needs = new Set(wanted.flatMap(({ rule }) => [...needsOfRule(rule)]))
    const [fetched, session] = await Promise.all([fetchUser(directory, wish.userId, needs), sessions.find(wish.sessionId)])
    const situation = situationOf(wish, session, now())
    const run = batching(pool)
    const valueOf = async (rule: Rule): Promise<unknown> => {
      if ('value' in rule) return rule.value
      if ('path' in rule) return dig(scopeFor([rule.path], situation, fetched), rule.path)
      return (await evaluate(rule.expression, { run, directory, situation, fetched, explain: false })).value
    }
    const found = await Promise.all(
      wanted.map(async ({ slug, rule }) => {
        try {
          return [rule.claim, await valueOf(rule)] as const
        } catch (error) {
          const detail = error instanceof Error ? error.message : String(error)
          log.warn({ mapping: slug, claim: rule.claim, application: wish.application.slug, detail }, 'claims: an expression failed')
          return [rule.claim, undefined] as const
        }
      }),
    )
    return Object.fromEntries(found.filter(([, value]) => value !== undefined && value !== null)) as Record<string, Json>
  },
})

/** The sign-in that tokens follow from counts, not the request in which they are asked for: that is the application's own. */
const situationOf = (
  { userId, application, request }: ClaimsWish,
  session: Awaited<ReturnType<Sessions['find']>>,
  at: Date,
): Situation => ({
  about: { type: 'application', slug: application.slug },
  request: {
    id: '',
    locale: 'en',
    ...request,
    ...(session && { ip: session.ip, userAgent: session.userAgent, device: session.device }),
    at,
  },
  user: { id: userId, username: '' },
  application,
  flow: undefined,
  facts: {},
  proofs: session?.proofs ?? [],
  // Of what a claim is made of, nothing asks for one.
  levels: [],
  session: session && { id: session.id, at: session.authenticatedAt.getTime() },
  knownBrowser: session !== undefined,
  // For what a claim says of somebody, the browser's word is none.
  trustedBrowser: false,
})
