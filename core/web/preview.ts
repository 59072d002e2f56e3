import { mediaId, mediaPath } from '../media/media-path.ts'
import { assetAddress, assets } from './assets.ts'
import type { Brand, Colors, Look, Scheme } from './brand.ts'

/** Query parameters of a look that is not stored yet; what is not of their form is as if it was not there. */
export type LookQuery = Readonly<Record<string, unknown>>

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const color = (value: unknown): string | undefined => (/^#[0-9a-f]{6}$/i.test(text(value) ?? '') ? text(value) : undefined)
const image = (value: unknown): string | undefined => (mediaId.test(text(value) ?? '') ? mediaPath(String(value)) : undefined)

const given = <T extends object>(parts: T): T => Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as T

/** Colours and roundness by `primary`, `background`, `darkPrimary`, `darkBackground` (`#rrggbb`) and `radius` (0 to 24). */
export const lookOf = (query: LookQuery): Look => {
  const radius = text(query['radius'])
  const dark: Colors = given({ primary: color(query['darkPrimary']), background: color(query['darkBackground']) })
  const colors = given({ primary: color(query['primary']), background: color(query['background']), dark })
  return { colors, ...(radius !== undefined && /^\d{1,2}$/.test(radius) && Number(radius) <= 24 && { radius: Number(radius) }) }
}

/** `scheme`: how the picture is to look, whatever the browser has. */
export const schemeOf = ({ scheme }: LookQuery): Scheme | undefined => (scheme === 'light' || scheme === 'dark' ? scheme : undefined)

/** A style sheet of ours as it is where the browser has this scheme. */
export const inScheme = (css: string, scheme: Scheme | undefined): string =>
  scheme === undefined
    ? css
    : css
        .replaceAll(/\(prefers-color-scheme:\s*dark\)/g, scheme === 'dark' ? 'all' : 'not all')
        .replaceAll('color-scheme: light dark', `color-scheme: ${scheme}`)

/** The style sheet of all pages. */
export const sheetOf = (scheme: Scheme | undefined): string => inScheme(String(assets().get(assetAddress('flow.css'))?.body ?? ''), scheme)

/** The labels of links: one `link` for each, ten at most. Where they lead is not asked: in a picture nothing can be opened. */
const linksIn = ({ link }: LookQuery): NonNullable<Brand['footerLinks']> =>
  [link]
    .flat()
    .flatMap((given) => text(given) ?? [])
    .slice(0, 10)
    .map((label) => ({ label: label.slice(0, 100), href: '#' }))

/** The same, with `name`, `link`, and `logo`, `logoDark` and `icon` (ids of images). `styles`: where the style sheet of this query is. */
export const brandIn = (query: LookQuery, styles: string): Brand => ({
  name: (text(query['name']) ?? 'Sluice').slice(0, 100),
  logo: image(query['logo']),
  logoDark: image(query['logoDark']),
  icon: image(query['icon']),
  styles,
  footerLinks: linksIn(query),
})
