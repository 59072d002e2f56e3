import { assetAddress } from './assets.ts'
import { contrast, type Hex, mix, nearest, readableOn } from './colors.ts'

/** How pages look. Addresses are paths of this server. */
export type Brand = {
  /** Shown as the title of every page. */
  readonly name: string
  /** Both undefined: the mark of Sluice, with the name beside it. */
  readonly logo?: string | undefined
  readonly logoDark?: string | undefined
  readonly icon?: string | undefined
  /** The style sheet with its colours. */
  readonly styles?: string | undefined
  readonly footerLinks?: readonly { readonly label: string; readonly href: string }[] | undefined
}

export const sluice: Brand = { name: 'Sluice' }

/** The favicon, and the mark where there is no logo. */
export const iconOf = ({ icon }: Brand): string => icon ?? assetAddress('logo.svg')

export type Colors = { readonly primary?: Hex | undefined; readonly background?: Hex | undefined }
/** What a style sheet is made of. `radius`: of corners, in pixels. */
export type Look = { readonly colors?: (Colors & { readonly dark?: Colors | undefined }) | undefined; readonly radius?: number | undefined }

/** Those colours of `flow.css` that others have to fit. `strong`: the way in which contrast grows; `on`: what stands on buttons. */
export const palettes = {
  light: { card: '#ffffff', ground: '#f1f5f7', text: '#0f2129', muted: '#4d626b', strong: '#000000', on: '#ffffff' },
  dark: { card: '#111c21', ground: '#091216', text: '#e7f0f2', muted: '#9fb3bb', strong: '#ffffff', on: '#000000' },
} as const
export type Scheme = keyof typeof palettes

/** Of text (WCAG 2.2, 1.4.3). */
const enough = 4.5

type Unfit = { readonly color: keyof Colors; readonly message: string }

const told = (color: Hex, ratio: number, what: string, better: Hex): string =>
  `${color} has a contrast of ${(Math.floor(ratio * 10) / 10).toFixed(1)} to ${what}, and 4.5 is the least that people can read; ${better} would do`

/** Why colours of one scheme cannot be used, and what could be in their place. */
export const unfit = ({ primary, background }: Colors, scheme: Scheme): readonly Unfit[] => {
  const { card, text, muted, strong, ground } = palettes[scheme]
  const found: Unfit[] = []
  if (primary !== undefined && contrast(primary, card) < enough) {
    const better = nearest(primary, strong, (color) => contrast(color, card) >= enough)
    found.push({
      color: 'primary',
      message: told(primary, contrast(primary, card), `the ${scheme} page (${card}) that links stand on`, better),
    })
  }
  const worst = (color: Hex) => Math.min(contrast(color, text), contrast(color, muted))
  if (background !== undefined && worst(background) < enough) {
    const better = nearest(background, scheme === 'light' ? '#ffffff' : '#000000', (color) => worst(color) >= enough)
    found.push({
      color: 'background',
      message: told(background, worst(background), `the text (${muted}) that stands on it`, worst(better) >= enough ? better : ground),
    })
  }
  return found
}

/** The custom properties of one scheme that differ from those of `flow.css`. */
const propertiesOf = ({ primary, background }: Colors, scheme: Scheme): readonly string[] => {
  const { card, ground, strong, on } = palettes[scheme]
  const tint = primary === undefined ? [] : [`--glow:${mix(background ?? ground, primary, 0.14)}`]
  const page = background === undefined ? tint : [`--ground:${background}`, ...(primary === undefined ? [`--glow:${background}`] : tint)]
  if (primary === undefined) return page
  const soft = nearest(mix(card, primary, 0.12), card, (color) => contrast(color, primary) >= enough)
  return [
    `--accent:${primary}`,
    `--accent-strong:${mix(primary, strong, scheme === 'light' ? 0.2 : 0.3)}`,
    `--accent-soft:${soft}`,
    `--on-accent:${readableOn(primary, on)}`,
    ...page,
  ]
}

/** In the dark a colour that was chosen for light pages is made as light as it has to be, and a background for those is none. */
const darkOf = ({ primary, background, dark = {} }: Colors & { readonly dark?: Colors | undefined }): Colors => ({
  ...dark,
  primary: dark.primary ?? (primary && nearest(primary, palettes.dark.strong, (color) => contrast(color, palettes.dark.card) >= enough)),
  background: dark.background ?? (background && palettes.dark.ground),
})

/** The style sheet of a look: custom properties over those of `flow.css`, and nothing else. Empty where there is nothing to say. */
export const stylesOf = ({ colors = {}, radius }: Look): string => {
  const light = [...propertiesOf(colors, 'light'), ...(radius === undefined ? [] : [`--round:${radius}px`])]
  const dark = propertiesOf(darkOf(colors), 'dark')
  return [
    ...(light.length > 0 ? [`:root{${light.join(';')}}`] : []),
    ...(dark.length > 0 ? [`@media (prefers-color-scheme:dark){:root{${dark.join(';')}}}`] : []),
  ].join('\n')
}
