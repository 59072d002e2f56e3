import { msg } from '../api/index.ts'
import { assetAddress } from './assets.ts'
import { attr, html, runsScript, type Html } from './html.ts'
import { documentTitle, type Frame, layout } from './layout.ts'

const render = (frame: Frame, to: URL, head: Html, onward: Html): string => {
  if (runsScript(to)) throw new Error(`no browser is sent to an address of the scheme ${to.protocol}`)
  const { t, application } = frame
  const title = t(msg('core.leave.title'))
  const text = application ? msg('core.leave.text', { application: application.name }) : msg('core.leave.text-plain')
  return layout(frame, {
    title: documentTitle(frame, title, false),
    head,
    main: html`<h1>${title}</h1>
      <p class="text plain">${t(text)}</p>
      ${onward}`,
  })
}

/**
 * A page that leaves this site for `to`, by itself and by a link. Browsers apply `form-action 'self'` to the redirects that follow a form
 * too, so what a flow's last form is answered with is this page, not a redirect to the application.
 */
export const renderForward = (frame: Frame, to: URL): string =>
  render(
    frame,
    to,
    html`<meta http-equiv="refresh" ${attr({ content: `0;url=${to.href}` })} />`,
    html`<div class="buttons"><a class="button primary" href="${to}">${frame.t(msg('core.leave.continue'))}</a></div>`,
  )

/** A page that posts `fields` to `to`, by itself where JavaScript runs, else by its button (OAuth form_post, SAML POST binding). */
export const renderPost = (frame: Frame, to: URL, fields: Readonly<Record<string, string>>): string =>
  render(
    frame,
    to,
    html`<script type="module" src="${assetAddress('submit.js')}"></script>`,
    html`<form id="leaving" method="post" action="${to}">
      ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" ${attr({ name, value })} />`)}
      <div class="buttons"><button class="button primary">${frame.t(msg('core.leave.continue'))}</button></div>
    </form>`,
  )
