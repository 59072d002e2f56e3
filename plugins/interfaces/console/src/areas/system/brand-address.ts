import { isObject } from 'sluice/interface'

export type Scheme = 'light' | 'dark'
type Spec = Readonly<Record<string, unknown>>

const within = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined)

/** Where a page to sign in is shown as a brand would make it look that is not saved yet. */
export const previewAddress = (spec: Spec, { scheme, lang }: { readonly scheme: Scheme; readonly lang: string }): string => {
  const colors = spec['colors']
  const dark = within(colors, 'dark')
  const said: Spec = {
    name: spec['name'],
    logo: spec['logo'],
    logoDark: spec['logoDark'],
    icon: spec['icon'],
    radius: spec['radius'],
    primary: within(colors, 'primary'),
    background: within(colors, 'background'),
    darkPrimary: within(dark, 'primary'),
    darkBackground: within(dark, 'background'),
    scheme,
    lang,
  }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(said))
    if (typeof value === 'string' || typeof value === 'number') query.set(name, String(value))
  const links = Array.isArray(spec['footerLinks']) ? spec['footerLinks'] : []
  for (const link of links.slice(0, 10)) {
    const label = within(link, 'label')
    if (typeof label === 'string' && label !== '') query.append('link', label.slice(0, 100))
  }
  return `/if/preview/sign-in/?${query}`
}
