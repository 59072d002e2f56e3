import { msg } from '../api/index.ts'
import { attr, html, type Html } from './html.ts'
import { icons } from './icons.ts'
import type { Frame } from './layout.ts'
import { nameOf } from './locales.ts'

/** The query parameter by which the language is chosen. */
export const languageParameter = 'lang'

/** The languages to choose from, and the address of the page, which is asked for again: its path and its query. */
export type Languages = {
  readonly locales: readonly string[]
  readonly action: string
  readonly query?: Iterable<readonly [string, string]>
}

/** A menu of languages that needs no script: a form with a button for each. Nothing where there is no choice. */
export const languageSwitch = ({ t, locale }: Frame, { locales, action, query = [] }: Languages): Html | undefined => {
  if (locales.length < 2) return undefined
  const kept = [...query].filter(([name]) => name !== languageParameter)
  const choices = locales.map(
    (choice) =>
      html`<li>
        <button ${attr({ name: languageParameter, value: choice, lang: choice, 'aria-current': choice === locale && 'true' })}>
          ${icons.check}${nameOf(choice)}
        </button>
      </li>`,
  )
  return html`<details class="languages">
    <summary>${icons.globe}<span class="unseen">${t(msg('core.page.language'))}: </span>${nameOf(locale)}${icons.down}</summary>
    <form method="get" action="${action}">
      ${kept.map(([name, value]) => html`<input type="hidden" ${attr({ name, value })} />`)}
      <ul>
        ${choices}
      </ul>
    </form>
  </details>`
}
