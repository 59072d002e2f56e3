import { type Application, msg } from '../api/index.ts'
import { assetAddress } from './assets.ts'
import { type Brand, iconOf, type Scheme } from './brand.ts'
import { attr, html, type Html } from './html.ts'
import { directionOf } from './locales.ts'
import type { Translate } from './messages.ts'

/** What every page needs to know. `application` is the one that waits for the end of what happens here. */
export type Frame = {
  readonly locale: string
  readonly t: Translate
  readonly brand: Brand
  readonly application?: (Pick<Application, 'name'> & Partial<Application>) | undefined
  readonly picture?: Picture | undefined
}

/** The page is a picture of one: nothing in it can be used. `sheet`: the style sheet of all pages, in one scheme whatever the browser has. */
export type Picture = { readonly scheme?: { readonly name: Scheme; readonly sheet: string } | undefined }

type Parts = {
  readonly title: string
  readonly head?: Html | undefined
  readonly main: Html
  readonly footer?: Html | undefined
}

/** The mark and the name, or the logo in their place: another one on dark pages, if there is one. */
const markOf = ({ name, logo, logoDark }: Brand): Html => {
  if (logo === undefined) return html`<img src="${assetAddress('logo.svg')}" alt="" width="36" height="36" /> <span>${name}</span>`
  if (logoDark === undefined) return html`<img class="logo" src="${logo}" alt="${name}" />`
  // Lazily, so that only the one that is seen is loaded.
  return html`<img class="logo on-light" src="${logo}" alt="${name}" loading="lazy" />
    <img class="logo on-dark" src="${logoDark}" alt="${name}" loading="lazy" />`
}

const linksOf = ({ footerLinks = [] }: Brand): Html | undefined =>
  footerLinks.length === 0
    ? undefined
    : html`<ul class="footer-links">
        ${footerLinks.map(({ label, href }) => html`<li><a href="${href}" rel="noopener">${label}</a></li>`)}
      </ul>`

/** The document around a page's content. */
export const layout = ({ locale, brand, picture }: Frame, { title, head, main, footer }: Parts): string => {
  const links = linksOf(brand)
  const { name: scheme = 'light dark', sheet = assetAddress('flow.css') } = picture?.scheme ?? {}
  const page = html`<!doctype html>
    <html lang="${locale}" dir="${directionOf(locale)}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="${scheme}" />
        <meta name="robots" content="noindex" />
        <meta name="referrer" content="same-origin" />
        <title>${title}</title>
        <link rel="stylesheet" href="${sheet}" />
        ${brand.styles !== undefined && html`<link rel="stylesheet" href="${brand.styles}" />`}
        <link rel="icon" href="${iconOf(brand)}" />
        ${!picture && html`<script type="module" src="${assetAddress('flow.js')}"></script>`} ${head}
      </head>
      <body>
        <div class="page" ${attr({ inert: picture !== undefined })}>
          <div class="card">
            <header class="brand">${markOf(brand)}</header>
            <main>${main}</main>
          </div>
          ${(links || footer) && html`<footer>${links} ${footer}</footer>`}
        </div>
      </body>
    </html>`
  return String(page)
}

/** What a browser shows for the page in its tabs and its history. */
export const documentTitle = ({ t, brand }: Frame, title: string, hasErrors: boolean): string =>
  t(msg(hasErrors ? 'core.page.title-error' : 'core.page.title', { title, brand: brand.name }))
