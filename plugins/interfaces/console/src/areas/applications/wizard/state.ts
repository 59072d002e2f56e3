import { slugOf } from 'sluice/interface'
import type { Spec } from '../../../objects/calls.ts'

/** What kind of program is connected: it decides what the provider has to be. */
export const programs = ['web', 'browser', 'link'] as const
export type Program = (typeof programs)[number]

/** How a client proves at the token endpoint that it is itself: by exactly one of these. */
export const authentications = ['secret', 'jwks', 'jwks-uri', 'none'] as const
export type Authentication = (typeof authentications)[number]

export type Wish = {
  readonly program: Program
  /** Undefined: what the program can keep. */
  readonly authentication?: Authentication | undefined
  /** The JWK Set, where that is pasted. */
  readonly jwks?: unknown
  readonly jwksUri: string
  readonly name: string
  /** Undefined: it follows the name. */
  readonly slug?: string | undefined
  readonly launchUrl: string
  readonly redirectUris: readonly string[]
  /** A condition; undefined: everybody. */
  readonly access?: unknown
}
export const blank: Wish = { program: 'web', name: '', launchUrl: '', redirectUris: [''], jwksUri: '' }

export const slugIn = ({ slug, name }: Pick<Wish, 'slug' | 'name'>): string => slug ?? slugOf(name)

export const authenticationIn = ({ authentication, program }: Pick<Wish, 'authentication' | 'program'>): Authentication =>
  authentication ?? (program === 'browser' ? 'none' : 'secret')

export const steps = ['program', 'protocol', 'details', 'access', 'done'] as const
export type Step = (typeof steps)[number]
/** The steps of a wish: a link has neither protocol nor provider. */
export const stepsOf = ({ program }: Pick<Wish, 'program'>): readonly Step[] =>
  steps.filter((step) => program !== 'link' || step !== 'protocol')

export type Document = {
  readonly version: 1
  readonly providers?: Readonly<Record<string, Spec>>
  readonly applications: Readonly<Record<string, Spec>>
}
/** A secret is made by the server. */
const credentialsIn = (wish: Wish): Spec => {
  const authentication = authenticationIn(wish)
  if (authentication === 'none') return { clientType: 'public' }
  if (authentication === 'jwks') return { jwks: wish.jwks }
  return authentication === 'jwks-uri' ? { jwksUri: wish.jwksUri.trim() } : {}
}

/** What is made: an application and, unless it is a link, the provider that it asks. */
export const documentOf = (wish: Wish): Document => {
  const slug = slugIn(wish)
  const isLink = wish.program === 'link'
  const application = {
    name: wish.name,
    ...(!isLink && { provider: slug }),
    ...(wish.launchUrl !== '' && { launchUrl: wish.launchUrl }),
    ...(wish.access !== undefined && { access: wish.access }),
  }
  const settings = {
    ...credentialsIn(wish),
    redirectUris: wish.redirectUris.map((uri) => uri.trim()).filter((uri) => uri !== ''),
  }
  return {
    version: 1,
    ...(!isLink && { providers: { [slug]: { type: 'oidc', with: settings } } }),
    applications: { [slug]: application },
  }
}

/** Which step has what an error of the document is about. */
export const stepOf = (pointer: string): Step => (/^\/applications\/[^/]*\/access/.test(pointer) ? 'access' : 'details')
