import type { Authenticator, Demand, Factor, Wants } from '../api/index.ts'
import type { Browser, Proof } from './types.ts'

/** An authenticator of the configuration that is enabled. */
export type ConfiguredAuthenticator = {
  readonly authenticator: Authenticator
  readonly settings: Readonly<Record<string, unknown>>
}

/**
 * A level of authentication: how much has to be proved. `acr` is its name (OpenID Connect Core §2). `methods`: one of them must be among what was
 * proved. `within`: seconds that the last proof may be old.
 */
export type Level = {
  readonly acr: string
  readonly factors: number
  readonly methods?: readonly string[]
}

/** What the configuration says of authenticators, second factors and levels. */
export type Factors = {
  /** By kind, those that are enabled, in order. */
  readonly authenticators: ReadonlyMap<string, ConfiguredAuthenticator>
  /** Kinds that would be enabled too and are out of use, e.g. since their plugin could not be loaded: what users have of them counts as there. */
  readonly outOfUse?: ReadonlySet<string>
  /** Weakest first. */
  readonly levels: readonly Level[]
  /** Does everybody need a second factor? */
  readonly require: boolean
  /** Seconds from the first sign-in that needed one, in which whoever has none may do without. */
  readonly grace: number
  /** Seconds for which people may trust a browser. */
  readonly trust: number
  /** Seconds for which a second factor that was proved at a browser is not asked for again there. */
  readonly recent: number
  /** What a method rests on. */
  factorsOf(method: string): readonly Factor[]
}

/** Methods that are proved beside those of authenticators. A link, of an operator or by mail, stands in for the password that it is there to set. */
const ofStages: Readonly<Record<string, readonly Factor[]>> = { pwd: ['knowledge'], 'email-link': ['knowledge'], link: ['knowledge'] }

/** What the methods rest on. One that nobody knows any more, of an authenticator that is gone, counts as one thing that is held. */
export const factorsBy = (authenticators: Factors['authenticators']): Factors['factorsOf'] => {
  const known = new Map(Object.entries(ofStages))
  for (const { authenticator, settings } of authenticators.values())
    for (const [method, factors] of Object.entries(authenticator.proves(settings))) known.set(method, factors)
  return (method) => known.get(method) ?? ['possession']
}

/** Levels where nothing is said: one factor, two, and two of which one cannot be phished. */
export const standardLevels: readonly Level[] = [
  { acr: '1', factors: 1 },
  { acr: '2', factors: 2 },
  { acr: 'phr', factors: 2, methods: ['passkey', 'security-key'] },
]

export const noFactors: Factors = {
  authenticators: new Map(),
  levels: standardLevels,
  require: false,
  grace: 0,
  trust: 0,
  recent: 0,
  factorsOf: factorsBy(new Map()),
}

/** Seconds for which a proof lets people change what they sign in by. */
export const freshFor = 15 * 60

type Methods = readonly string[]

/** How many different factors these methods prove. */
export const factorCount = ({ factorsOf }: Pick<Factors, 'factorsOf'>, methods: Methods): number =>
  new Set(methods.flatMap((method) => factorsOf(method))).size

const reaches = (factors: Factors, { factors: count, methods }: Omit<Level, 'acr'>, proved: Methods): boolean =>
  factorCount(factors, proved) >= count && (methods === undefined || methods.some((method) => proved.includes(method)))

/** Names of the levels that these methods reach, weakest first. */
export const levelsOf = (factors: Factors, proved: Methods): readonly string[] =>
  factors.levels.filter((level) => reaches(factors, level, proved)).map(({ acr }) => acr)

/** The levels that are wanted and that there are. Names that nobody configured are no demand (OpenID Connect Core §3.1.2.1: voluntary). */
const wanted = ({ levels }: Factors, wants: Wants): readonly Level[] =>
  (wants.levels ?? []).flatMap((acr) => levels.find((level) => level.acr === acr) ?? [])

/** Is one of the levels reached that are wanted? True where none is. */
export const meetsLevels = (factors: Factors, wants: Wants, proved: Methods): boolean => {
  const levels = wanted(factors, wants)
  return levels.length === 0 || levels.some((level) => reaches(factors, level, proved))
}

/** What is asked of a sign-in. `proved`: what it has proved up to now. */
export const demandOf = (factors: Factors, wants: Wants, proved: Methods, always = false): Demand | undefined => {
  const levels = wanted(factors, wants)
  const two = always || factors.require
  if (levels.length === 0 && !two) return undefined
  return {
    by: levels.length > 0 ? 'application' : always ? 'step' : 'settings',
    isMet(also = []) {
      const methods = [...proved, ...also]
      return (!two || factorCount(factors, methods) >= 2) && meetsLevels(factors, wants, methods)
    },
  }
}

export const methodsIn = (proofs: readonly Proof[]): Methods => [...new Set(proofs.map(({ method }) => method))]

/** Does the user trust the browser, as far as the settings let them? `now` in epoch ms. */
export const trustsBrowser = ({ trust }: Pick<Factors, 'trust'>, browser: Pick<Browser, 'trust'>, userId: string, now: number): boolean =>
  trust > 0 && browser.trust.some((one) => one.userId === userId && one.until !== undefined && one.until > now)

/**
 * Need no second factor be asked for at this browser: does the user trust it, or did they prove one here a short while ago? Where a sign-in may only be so
 * old, that has to be so young, too; where a fresh proof is asked for, it never counts.
 */
export const isTrusted = (factors: Factors, browser: Browser, userId: string | undefined, wants: Wants, now: number): boolean => {
  if (userId === undefined) return false
  const provedAt = browser.trust.find((one) => one.userId === userId)?.provedAt ?? 0
  // Of a clock that was put back, nothing is young enough for a fresh proof either.
  if (wants.maxAge === 0 || (wants.maxAge !== undefined && provedAt <= now - wants.maxAge * 1000)) return false
  return trustsBrowser(factors, browser, userId, now) || provedAt > now - factors.recent * 1000
}
