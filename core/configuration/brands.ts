import { createHash } from 'node:crypto'
import { mediaPath } from '../media/media-path.ts'
import { type Brand, stylesOf, unfit } from '../web/brand.ts'
import { problemOf } from './document.ts'
import { flowUses, misfit } from './flow-uses.ts'
import type { BrandSpec } from './kinds.ts'
import type { Problem } from './problem.ts'
import type { ApplicationFlows, Items } from './types.ts'

/** `sheet`: its style sheet, served under `styles`. */
export type ConfiguredBrand = Brand & {
  readonly slug: string
  readonly sheet?: { readonly hash: string; readonly css: string }
  readonly hosts: readonly string[]
  readonly flows: Partial<ApplicationFlows>
  /** Of links and of messages, where the brand has one. */
  readonly primary: string | undefined
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12)

const compiled = (slug: string, spec: Partial<BrandSpec>): ConfiguredBrand => {
  const { name = slug, logo, logoDark, icon, colors, radius, hosts = [], footerLinks = [], flows = {} } = spec
  const path = (id: string | undefined) => id && mediaPath(id)
  const css = stylesOf({ colors, radius })
  const sheet = css === '' ? undefined : { hash: hashOf(css), css }
  return {
    slug,
    name,
    logo: path(logo),
    logoDark: path(logoDark),
    icon: path(icon),
    footerLinks,
    hosts,
    flows,
    primary: colors?.primary,
    ...(sheet && { sheet, styles: `/brand/${slug}.${sheet.hash}.css` }),
  }
}

/** Every brand by slug. Colours that cannot be read, a host of two brands and flows that do not fit are problems. */
export const linkBrands = (items: Items, flows: Items, problems: Problem[]): ReadonlyMap<string, ConfiguredBrand> => {
  const hosts = new Map<string, string>()
  const linked = new Map<string, ConfiguredBrand>()
  for (const item of items.values()) {
    const spec = item.spec as Partial<BrandSpec>
    const { colors = {} } = spec
    for (const { color, message } of unfit(colors, 'light')) problems.push(problemOf(item, ['colors', color], message))
    for (const { color, message } of unfit(colors.dark ?? {}, 'dark')) problems.push(problemOf(item, ['colors', 'dark', color], message))
    for (const use of flowUses) {
      const flow = spec.flows?.[use]
      const why = flow === undefined ? undefined : misfit(flow, use, flows)
      if (why) problems.push(problemOf(item, ['flows', use], why))
    }
    const brand = compiled(item.slug, spec)
    for (const [index, host] of brand.hosts.entries()) {
      const other = hosts.get(host)
      if (other !== undefined)
        problems.push(problemOf(item, ['hosts', index], `the brand "${other}" has the host "${host}" already; remove it from one of them`))
      hosts.set(host, item.slug)
    }
    linked.set(item.slug, brand)
  }
  return linked
}

/** The slug of the brand that is used where neither an application nor a host has one. */
const fallback = 'default'

/** Chooses a brand: that of the application, else that of the host, else the one of the slug `default`; undefined: there is none. */
export const brandChoice = (brands: ReadonlyMap<string, ConfiguredBrand>, brandOfApplication: (slug: string) => string | undefined) => {
  const byHost = new Map([...brands.values()].flatMap((brand) => brand.hosts.map((host) => [host, brand] as const)))
  return (origin: string, application?: string): ConfiguredBrand | undefined => {
    const own = application === undefined ? undefined : brandOfApplication(application)
    if (own !== undefined) return brands.get(own)
    const host = byHost.size === 0 ? undefined : byHost.get(URL.parse(origin)?.hostname ?? '')
    return host ?? brands.get(fallback)
  }
}
