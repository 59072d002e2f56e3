import { type Application, msg } from '../api/index.ts'
import { assetAddress } from './assets.ts'
import { html, type Html } from './html.ts'
import { directionOf } from './locales.ts'
import type { Translate } from './messages.ts'

/** What every page needs to know. `application` is the one that waits for the end of what happens here. */
export type Frame = {
  readonly locale: string
  readonly t: Translate
  readonly brand: { readonly name: string }
  readonly application?: Pick<Application, 'name'> | undefined
}

type Parts = {
  readonly title: string
  readonly head?: Html | undefined
  readonly main: Html
  readonly footer?: Html | undefined
}

/** The document around a page's content. */
export const layout = ({ locale, brand }: Frame, { title, head, main, footer }: Parts): string => {
  const page = html`<!doctype html>
    <html lang="${locale}" dir="${directionOf(locale)}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <meta name="referrer" content="same-origin" />
        <title>${title}</title>
        <link rel="stylesheet" href="${assetAddress('flow.css')}" />
        <link rel="icon" type="image/svg+xml" href="${assetAddress('logo.svg')}" />
        <script type="module" src="${assetAddress('flow.js')}"></script>
        ${head}
      </head>
      <body>
        <div class="page">
          <div class="card">
            <header class="brand">
              <img src="${assetAddress('logo.svg')}" alt="" width="36" height="36" />
              <span>${brand.name}</span>
            </header>
            <main>${main}</main>
          </div>
          ${footer}
        </div>
      </body>
    </html>`
  return String(page)
}

/** What a browser shows for the page in its tabs and its history. */
export const documentTitle = ({ t, brand }: Frame, title: string, hasErrors: boolean): string =>
  t(msg(hasErrors ? 'core.page.title-error' : 'core.page.title', { title, brand: brand.name }))
