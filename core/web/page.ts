import { msg, type Field, type Message, type Node, type Screen } from '../api/index.ts'
import { assetAddress } from './assets.ts'
import { fieldId, type FieldContext } from './fields.ts'
import { attr, html, type Html } from './html.ts'
import { icons } from './icons.ts'
import { initial } from './initial.ts'
import { type Languages, languageSwitch } from './language-switch.ts'
import { documentTitle, type Frame, layout } from './layout.ts'
import { renderNodes } from './nodes.ts'

export type PageModel = Frame & {
  readonly screen: Screen
  /** By field name; `''` is the whole form. */
  readonly errors?: Readonly<Record<string, Message>> | undefined
  /** Where the form posts to; the page's own address if absent. */
  readonly action?: string
  /** What the form carries of core's: CSRF token, challenge, … A stage's fields must not have these names. */
  readonly hidden?: Readonly<Record<string, string>> | undefined
  /** Who this is about, with a way out for whoever is somebody else. */
  readonly user?: { readonly username: string; readonly notYou?: string } | undefined
  readonly languages?: Languages | undefined
  /** A file in `static/` that is run before the page is shown. */
  readonly script?: string | undefined
}

const isVisibleField = (node: Node): node is Exclude<Field, { readonly input: 'hidden' }> =>
  node.node === 'field' && node.input !== 'hidden'

const isAsked = (node: Node) => isVisibleField(node) || node.node === 'webauthn'

const summary = ({ t, screen }: PageModel, errors: ReadonlyMap<string, Message>): Html | undefined => {
  if (errors.size === 0) return undefined
  const whole = errors.get('')
  const opening = attr({ class: 'notice error', role: 'alert', tabindex: -1, autofocus: true })
  if (whole && errors.size === 1)
    return html`<div ${opening}>
      ${icons.alert}
      <p>${t(whole)}</p>
    </div>`
  const labels = new Map(screen.nodes.filter(isAsked).map(({ name, label }) => [name, t(label)]))
  const items = [...errors].map(([name, message]) => {
    const label = labels.get(name)
    if (label === undefined) return html`<li>${t(message)}</li>`
    return html`<li><a href="#${fieldId(name)}">${t(msg('core.form.problem', { label, error: t(message) }))}</a></li>`
  })
  return html`<div ${opening}>
    ${icons.alert}
    <div>
      <h2>${t(msg('core.form.problems', { count: errors.size }))}</h2>
      <ul>
        ${items}
      </ul>
    </div>
  </div>`
}

const account = ({ t, user }: PageModel): Html | undefined =>
  user &&
  html`<p class="account">
    ${initial(user.username)}
    <span class="unseen">${t(msg('core.page.account'))}:</span>
    <bdi>${user.username}</bdi>
    ${user.notYou !== undefined && html`<a href="${user.notYou}">${t(msg('core.page.not-you'))}</a>`}
  </p>`

/** Tells password managers whose password it is. Not sent: it has no name. */
const whosePassword = ({ user, screen }: PageModel): Html | undefined =>
  user && screen.nodes.some((node) => node.node === 'field' && node.input === 'password')
    ? html`<input type="text" autocomplete="username" readonly hidden value="${user.username}" />`
    : undefined

const asksBrowser = ({ screen, picture }: PageModel): boolean =>
  !picture && screen.nodes.some(({ node }) => node === 'webauthn' || node === 'signals')

const form = (page: PageModel, content: Html): Html => {
  const { action = '', hidden = {} } = page
  const carried = Object.entries(hidden).map(([name, value]) => html`<input type="hidden" ${attr({ name, value })} />`)
  return html`<form method="post" action="${action}" novalidate>${carried}${whosePassword(page)}${content}</form>`
}

const isToBeKept = ({ node }: Node) => node === 'qr' || node === 'copy' || node === 'codes' || node === 'download'

/** The first field, unless something stands above it that has to be read or scanned before anything is typed. */
const focusOf = ({ screen: { nodes } }: PageModel): string | undefined => {
  const first = nodes.find((node) => isVisibleField(node) || isToBeKept(node))
  return first && isVisibleField(first) ? first.name : undefined
}

/** The page of a screen, complete. It works without JavaScript. */
export const renderPage = (page: PageModel): string => {
  const { t, screen, application } = page
  const title = t(screen.title)
  const errors = new Map(Object.entries(page.errors ?? {}))
  const fields = screen.nodes.filter(isVisibleField)
  const context: FieldContext = {
    t,
    errors,
    focus: errors.size === 0 && !page.picture ? focusOf(page) : undefined,
    markOptional: fields.some((field) => field.input !== 'check' && field.required),
  }
  const isForm = fields.length > 0 || screen.nodes.some(({ node }) => node === 'button' || node === 'webauthn')
  const content = renderNodes(screen.nodes, context, isForm)
  return layout(page, {
    title: documentTitle(page, title, errors.size > 0),
    main: html`<h1>${title}</h1>
      ${application && html`<p class="purpose">${t(msg('core.page.continue-to', { application: application.name }))}</p>`} ${account(page)}
      ${summary(page, errors)} ${isForm ? form(page, content) : content}`,
    head: html`${page.script !== undefined && html`<script src="${assetAddress(page.script)}"></script>`}
    ${asksBrowser(page) && html`<script type="module" src="${assetAddress('webauthn.js')}"></script>`}`,
    footer: page.languages && languageSwitch(page, page.languages),
  })
}
