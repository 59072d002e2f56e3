import { html, type Html } from './html.ts'

/** The first letter of a name, in a tile that stands for a picture. */
export const initial = (name: string): Html => html`<span class="initial" aria-hidden="true">${/^./su.exec(name)?.[0].toUpperCase()}</span>`
